import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { RefreshKey, RefreshKeyRing } from '../refresh-keys/refresh-key-ring.ts'
import type { Session } from './session.ts'

/** What a refresh token says. It is computed from this and a key, and stored nowhere. */
export interface RefreshTokenContent {
  readonly sessionId: string
  readonly generation: number
  readonly clientId: string
}

const PREFIX = 'or_'
const KEY_ID_BYTES = 4
const SESSION_ID_BYTES = 16
const GENERATION_BYTES = 4
const BODY_BYTES = KEY_ID_BYTES + SESSION_ID_BYTES + GENERATION_BYTES
const MAC_BYTES = 32
const CHECKSUM_BYTES = 4

/**
 * Derives the refresh token of a session's generation: `or_` and 80 characters, base64url of key id, session id, generation,
 * HMAC-SHA-256 over these and the client's id, and a checksum, by which a token that was cut or mistyped, or stands in a text, is told.
 */
function deriveRefreshToken({ id, key }: RefreshKey, content: RefreshTokenContent): string {
  const body = Buffer.alloc(BODY_BYTES)
  body.write(id, 0, 'base64url')
  body.write(content.sessionId, KEY_ID_BYTES, 'base64url')
  body.writeUInt32BE(content.generation, KEY_ID_BYTES + SESSION_ID_BYTES)
  const signed = Buffer.concat([body, computeMac(key, body, content.clientId)])
  return PREFIX + Buffer.concat([signed, computeChecksum(signed)]).toString('base64url')
}

/** The current refresh token of a session, by the key that the session names: the same for everybody who asks. */
export async function deriveCurrentToken(keys: RefreshKeyRing, session: Session): Promise<string> {
  const { id: sessionId, clientId, generation, refreshKeyId = '' } = session
  const key = await keys.find(refreshKeyId)
  if (key === undefined) throw new Error(`the refresh key of the session ${sessionId} is gone`)
  return deriveRefreshToken(key, { sessionId, generation, clientId })
}

/**
 * What a genuine token of this client says; undefined for any other text. It asks the database for nothing, but for a key id that is not
 * in memory.
 */
export async function verifyRefreshToken(
  keys: RefreshKeyRing,
  token: string,
  clientId: string,
): Promise<RefreshTokenContent | undefined> {
  if (!/^or_[\w-]{80}$/.test(token)) return undefined
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url')
  const signed = bytes.subarray(0, BODY_BYTES + MAC_BYTES)
  if (!timingSafeEqual(computeChecksum(signed), bytes.subarray(-CHECKSUM_BYTES))) return undefined
  const body = signed.subarray(0, BODY_BYTES)
  const key = await keys.find(body.subarray(0, KEY_ID_BYTES).toString('base64url'))
  if (!key || !timingSafeEqual(computeMac(key.key, body, clientId), signed.subarray(BODY_BYTES))) return undefined
  return {
    sessionId: body.subarray(KEY_ID_BYTES, KEY_ID_BYTES + SESSION_ID_BYTES).toString('base64url'),
    generation: body.readUInt32BE(KEY_ID_BYTES + SESSION_ID_BYTES),
    clientId,
  }
}

/** The session that a token names, which is not believed: whoever looks it up verifies the token for the client of that. Undefined for what has no token's form. */
export function readNamedSession(token: string): string | undefined {
  if (!/^or_[\w-]{80}$/.test(token)) return undefined
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url')
  return bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + SESSION_ID_BYTES).toString('base64url')
}

function computeMac(key: RefreshKey['key'], body: Uint8Array, clientId: string): Buffer {
  return createHmac('sha256', key).update(body).update(clientId).digest()
}

function computeChecksum(signed: Uint8Array): Buffer {
  return hash('sha256', signed, 'buffer').subarray(0, CHECKSUM_BYTES)
}
