import type { FailedCheck } from '../guard-event.ts'
import { findKey, type KeySet, type VerificationKey } from '../keys/key-set.ts'
import { findFailedCheck } from './check.ts'
import { type HeaderPolicy, headerChecks } from './header-checks.ts'
import { type JsonObject, parseJsonObject } from './parse-json-object.ts'
import { splitCompact } from './split-compact.ts'

/** A header that passed its checks, and the key that it names. */
export interface OpenedHeader {
  readonly ok: true
  readonly header: JsonObject
  readonly key: VerificationKey
}

export interface VerifiedJws extends OpenedHeader {
  readonly payload: Buffer
}

export interface RefusedJws {
  readonly ok: false
  readonly failure: FailedCheck
  /** The `kid` that no key has, so that newer keys may help. */
  readonly unknownKid?: string
}

// More headers than a key set has keys are rare: RFC 9068 tokens of one key have the same header, to the byte.
const maxKnownHeaders = 100

/**
 * Verifies a compact JWS with the one key of the set that its header names. The payload is bytes, of whatever meaning.
 *
 * @see RFC 7515 §5.2
 */
export function verifyJws(token: string, keys: KeySet, policy: HeaderPolicy): VerifiedJws | RefusedJws {
  const parts = splitCompact(token)
  if (!parts.ok) return parts
  const known = keys.knownHeaders.get(parts.header)
  const opened = known ?? openHeader(parts.header, keys, policy)
  if (!opened.ok) return opened
  if (!verifySignature(parts.signingInput, parts.signature, opened.key)) return wrongSignature(opened.key)
  // Only after a signature was right, so that nobody outside can fill it. A key set belongs to one guard, and so to one policy.
  if (known === undefined && keys.knownHeaders.size < maxKnownHeaders) keys.knownHeaders.set(parts.header, opened)
  return { ok: true, header: opened.header, key: opened.key, payload: Buffer.from(parts.payload, 'base64url') }
}

/** Whether the key made this signature over this text, which is ASCII. */
export function verifySignature(signingInput: string, signature: string, key: VerificationKey): boolean {
  const bytes = Buffer.from(signature, 'base64url')
  return bytes.length === key.signatureBytes && key.verify(Buffer.from(signingInput, 'latin1'), bytes)
}

/** Parses an encoded header; undefined when it isn't a JSON object. */
export function parseHeader(encoded: string): JsonObject | undefined {
  return parseJsonObject(Buffer.from(encoded, 'base64url'))
}

function openHeader(encoded: string, keys: KeySet, policy: HeaderPolicy): OpenedHeader | RefusedJws {
  const header = parseHeader(encoded)
  if (header === undefined) return { ok: false, failure: headerIsNoObject }
  const failure = findFailedCheck(headerChecks, header, policy)
  if (failure !== undefined) return { ok: false, failure }
  const found = findKey(header, keys)
  return found.ok ? { ok: true, header, key: found.key } : found
}

/** What is said of a header that can't be read. */
export const headerIsNoObject: FailedCheck = {
  check: 'form',
  expected: 'a header that is one JSON object in UTF-8',
  got: 'something else',
}

/** What is said of a signature that the key didn't make. */
export function wrongSignature(key: VerificationKey): RefusedJws {
  const expected = `a signature of key ${key.kid === undefined ? 'without kid' : key.kid} with ${key.names.join(' or ')}`
  return { ok: false, failure: { check: 'signature', expected, got: 'another one' } }
}
