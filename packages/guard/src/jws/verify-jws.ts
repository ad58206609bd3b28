import { decodeBase64url } from './base64url.ts'
import { applyChecks, type RefusedToken, refuseToken } from './check.ts'
import { type HeaderPolicy, headerChecks } from './header-checks.ts'
import { findKey, type KeySet, type NamedKey, type OpenedHeader, type VerificationKey } from './key-set.ts'
import { type JsonObject, parseJsonObject } from './parse-json-object.ts'
import { quote } from './quote.ts'
import { type CompactJws, refuseForm, splitCompact } from './split-compact.ts'

export interface VerifiedJws {
  readonly ok: true
  readonly header: JsonObject
  readonly key: VerificationKey
  readonly payload: Buffer
}

/** A header that was read, before it is checked. */
export interface ParsedHeader {
  readonly ok: true
  readonly header: JsonObject
  readonly payload: Buffer
  readonly signature: Buffer
}

// More headers than a key set has keys are rare: RFC 9068 tokens of one key have the same header, to the byte.
const maxKnownHeaders = 100

/**
 * Verifies a compact JWS with the one key of the set that its header names. The payload is bytes, of whatever meaning.
 *
 * @see RFC 7515 §5.2
 */
export function verifyJws(token: string, keys: KeySet, policy: HeaderPolicy): VerifiedJws | RefusedToken {
  const parts = splitCompact(token)
  if (!parts.ok) return parts
  const known = keys.knownHeaders.get(parts.header)
  const parsed = parseParts(parts, known?.header)
  if (!parsed.ok) return parsed
  const opened = known ?? openHeader(parsed.header, keys, policy)
  if (!opened.ok) return opened
  if (!verifySignature(parts.signingInput, parsed.signature, opened.key)) return refuseSignature(opened.key)
  // Only after a signature was right, so that nobody outside can fill it. A key set belongs to one guard, so to one policy.
  if (known === undefined && keys.knownHeaders.size < maxKnownHeaders) keys.knownHeaders.set(parts.header, opened)
  return { ok: true, header: opened.header, key: opened.key, payload: parsed.payload }
}

/** Decodes the parts. A header that is known by its encoded text is not decoded again. */
export function parseParts(parts: CompactJws, knownHeader?: JsonObject): ParsedHeader | RefusedToken {
  const bytes = knownHeader === undefined ? decodeBase64url(parts.header) : undefined
  const header = bytes === undefined ? knownHeader : parseJsonObject(bytes)
  const payload = decodeBase64url(parts.payload)
  const signature = decodeBase64url(parts.signature)
  if (header === undefined) return refuseForm('a header that is no JSON in base64url')
  if (payload === undefined) return refuseForm('a payload that is no base64url')
  if (signature === undefined) return refuseForm('a signature that is no base64url')
  return { ok: true, header, payload, signature }
}

/** Whether the key made this signature over this text, which is ASCII. */
export function verifySignature(signingInput: string, signature: Uint8Array, key: VerificationKey): boolean {
  return signature.length === key.signatureBytes && key.verify(Buffer.from(signingInput, 'latin1'), signature)
}

/** Says that the key didn't make the signature. */
export function refuseSignature(key: NamedKey): RefusedToken {
  return refuseToken('signature', `one of key ${quote(key.kid)} with ${key.names.join(' or ')}`, 'another one')
}

function openHeader(header: JsonObject, keys: KeySet, policy: HeaderPolicy): OpenedHeader | RefusedToken {
  const refused = applyChecks(headerChecks, header, policy)
  if (refused !== undefined) return refused
  const found = findKey(header, keys)
  return found.ok ? { ok: true, header, key: found.key } : found
}
