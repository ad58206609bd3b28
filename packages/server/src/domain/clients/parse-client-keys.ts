import { createPublicKey, type webcrypto } from 'node:crypto'
import { hasUsableExponent } from '../keys/has-usable-exponent.ts'
import type { ClientJwks, ClientKeys } from './client.ts'

const MOST_KEYS = 10
const LEAST_RSA_BITS = 2048
/** RFC 7518 §6: what a private or a symmetric key has. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export type ParsedClientKeys =
  | { readonly ok: true; readonly keys: ClientKeys | undefined }
  | { readonly ok: false; readonly sentence: string }

/** The keys of a client as it names them, by value or by address; undefined when it names none. @see RFC 7591 §2 */
export function parseClientKeys({
  jwks,
  jwksUri,
}: {
  readonly jwks?: unknown
  readonly jwksUri?: string | undefined
}): ParsedClientKeys {
  const wrong = (sentence: string): ParsedClientKeys => ({ ok: false, sentence })
  if (jwks !== undefined && jwksUri !== undefined) return wrong('Give jwks or jwks_uri, not both.')
  if (jwksUri !== undefined) {
    return isHttpsUrl(jwksUri)
      ? { ok: true, keys: { jwksUri } }
      : wrong('jwks_uri must be an https URL without user and fragment.')
  }
  if (jwks === undefined) return { ok: true, keys: undefined }
  if (isJwks(jwks)) return { ok: true, keys: { jwks: { keys: jwks.keys } } }
  return wrong(
    `jwks must be an object whose keys are 1 to ${MOST_KEYS} public keys (RSA of ${LEAST_RSA_BITS} bits or more, EC or Ed25519), each with nothing private in it.`,
  )
}

/** Whether a text is the URL of something that a client has on the web. */
function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[\x21-\x7e]{1,2000}$/.test(text) || text.includes('#') || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

function isJwks(value: unknown): value is ClientJwks {
  if (typeof value !== 'object' || value === null || !('keys' in value)) return false
  const { keys } = value
  return Array.isArray(keys) && keys.length >= 1 && keys.length <= MOST_KEYS && keys.every(isPublicKey)
}

/** Whether this is the JWK of a public key that may sign here. */
export function isPublicKey(value: unknown): value is ClientJwks['keys'][number] {
  if (typeof value !== 'object' || value === null) return false
  if (PRIVATE_MEMBERS.some((member) => member in value)) return false
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      key: value as webcrypto.JsonWebKey,
      format: 'jwk',
    })
    if (asymmetricKeyType === 'rsa')
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS && hasUsableExponent(value)
    return asymmetricKeyType === 'ec' || asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}
