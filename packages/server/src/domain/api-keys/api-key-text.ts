import { hash, randomBytes } from 'node:crypto'

const PREFIX = 'ok_'
const ID_BYTES = 16
const SECRET_BYTES = 32
const CHECKSUM_BYTES = 4
/** base64url of 52 bytes; the last character holds two bits. */
const PATTERN = /^ok_[\w-]{69}[AQgw]$/

/** What a key says whose checksum is right. Whether there is such a key is another question. */
export interface PresentedKey {
  readonly id: string
  readonly secretHash: string
}

/** A key that was just made: its text is nowhere but here. */
export interface DraftKey extends PresentedKey {
  readonly text: string
}

/** Makes a key: `ok_` and 70 characters, base64url of an id, a secret of 256 random bits, and a checksum over both. */
export function draftApiKey(): DraftKey {
  const signed = randomBytes(ID_BYTES + SECRET_BYTES)
  const text = PREFIX + Buffer.concat([signed, computeChecksum(signed)]).toString('base64url')
  return { text, ...readKey(signed) }
}

/** Reads the text of a key; undefined for any other text, also for one that was cut or mistyped. It asks no database. */
export function parseApiKeyText(text: string): PresentedKey | undefined {
  if (!PATTERN.test(text)) return undefined
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url')
  const signed = bytes.subarray(0, ID_BYTES + SECRET_BYTES)
  return computeChecksum(signed).equals(bytes.subarray(-CHECKSUM_BYTES)) ? readKey(signed) : undefined
}

function readKey(signed: Buffer): PresentedKey {
  const id = signed.subarray(0, ID_BYTES).toString('base64url')
  // A fast hash is enough: nobody tries 2^256 secrets.
  return { id, secretHash: hash('sha256', signed.subarray(ID_BYTES), 'base64url') }
}

function computeChecksum(signed: Buffer): Buffer {
  return hash('sha256', signed, 'buffer').subarray(0, CHECKSUM_BYTES)
}
