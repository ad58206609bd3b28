import { randomSecret } from '../../platform/random/random.ts'

/** What an authenticator proves, as `PublicKeyCredential.toJSON()` writes it: WebAuthn §5.1 AuthenticationResponseJSON. */
export interface Assertion {
  readonly credentialId: string
  readonly clientData: ClientData
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  /** Absent: the authenticator told none. */
  readonly userHandle: string | undefined
}

/** A passkey that an authenticator has made: RegistrationResponseJSON. */
export interface NewCredential {
  readonly credentialId: string
  readonly clientData: ClientData
  readonly clientDataJSON: string
  readonly attestationObject: string
  readonly transports: readonly string[]
}

/** What the browser says of the ceremony. WebAuthn §5.8.1 */
export interface ClientData {
  readonly type: string
  readonly challenge: string
  readonly origin: string
  readonly crossOrigin: boolean
}

/** Longer ones no authenticator makes: WebAuthn §4 has credential ids of at most 1023 bytes. */
const LONGEST_ID = 1364
const LONGEST_FIELD = 16_384
const MOST_TRANSPORTS = 8

type Fields = Readonly<Record<string, unknown>>

/** Absent for whatever is not an assertion: no JSON, members that are missing, too long or of another type. */
export function parseAssertion(text: string): Assertion | undefined {
  const parsed = parseCredential(text)
  if (!parsed) return undefined
  const { authenticatorData, signature, userHandle } = parsed.response
  if (!isBase64url(authenticatorData) || !isBase64url(signature)) return undefined
  const isHandleAbsent = userHandle === undefined || userHandle === null || userHandle === ''
  if (!isHandleAbsent && !isBase64url(userHandle)) return undefined
  const { credentialId, clientData, clientDataJSON } = parsed
  const proof = { authenticatorData, signature, userHandle: isHandleAbsent ? undefined : userHandle }
  return { credentialId, clientData, clientDataJSON, ...proof }
}

/** Absent for whatever is no new credential. */
export function parseNewCredential(text: string): NewCredential | undefined {
  const parsed = parseCredential(text)
  if (!parsed) return undefined
  const { attestationObject, transports } = parsed.response
  if (!isBase64url(attestationObject)) return undefined
  const { credentialId, clientData, clientDataJSON } = parsed
  return { credentialId, clientData, clientDataJSON, attestationObject, transports: readTransports(transports) }
}

/** What stands for an assertion where there was none, so that refusing it takes the same way. */
export function emptyAssertion(): Assertion {
  const clientData = { type: '', challenge: '', origin: '', crossOrigin: false }
  const nothing = { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA', userHandle: undefined }
  return { credentialId: randomSecret(), clientData, ...nothing }
}

function parseCredential(
  text: string,
): { credentialId: string; clientData: ClientData; clientDataJSON: string; response: Fields } | undefined {
  const credential = parseObject(text)
  const response = credential && asObject(credential.response)
  if (!credential || !response) return undefined
  const { id, rawId, type } = credential
  if (type !== 'public-key' || id !== rawId || !isBase64url(id) || id.length > LONGEST_ID) return undefined
  const { clientDataJSON } = response
  if (!isBase64url(clientDataJSON)) return undefined
  const clientData = parseClientData(clientDataJSON)
  return clientData && { credentialId: id, clientData, clientDataJSON, response }
}

function parseClientData(encoded: string): ClientData | undefined {
  const fields = parseObject(Buffer.from(encoded, 'base64url').toString())
  if (!fields) return undefined
  const { type, challenge, origin, crossOrigin = false } = fields
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return undefined
  return typeof crossOrigin === 'boolean' ? { type, challenge, origin, crossOrigin } : undefined
}

function parseObject(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_FIELD && /^[\w-]+$/.test(value)
}

/** A hint for browsers, and no more: what looks like none is left out. */
function readTransports(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const words = value.filter((word): word is string => typeof word === 'string' && /^[a-z-]{1,32}$/.test(word))
  return [...new Set(words)].slice(0, MOST_TRANSPORTS)
}
