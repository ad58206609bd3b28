import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { parseSecret } from './parse-secret.ts'
import { SealingError } from './sealing-error.ts'

/** Encrypts what must rest encrypted in the database, and knows again what it has given out. */
export interface Sealer {
  /** Encrypts under the newest secret. `purpose` (table and row) is authenticated: a sealed text cannot be moved elsewhere. */
  seal(plain: Uint8Array, purpose: string): string
  /**
   * Decrypts what any of the known secrets sealed.
   *
   * @throws SealingError `unknown_secret` when none of them did, `damaged_sealed_text` when the text or its purpose was changed.
   */
  open(sealed: string, purpose: string): Buffer
  /** Whether it names one of the known secrets; the text itself is not looked at. */
  knows(sealed: string): boolean
  /** What everything begins with that the newest secret has sealed. */
  readonly newestPrefix: string
  /** 32 bytes that only who knows a secret can make for this content and purpose; made under the newest one. */
  tag(content: Uint8Array, purpose: string): Buffer
  /** Whether any of the known secrets made this tag. */
  isTagOf(tag: Uint8Array, content: Uint8Array, purpose: string): boolean
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const TAG_OF_CONTENT_BYTES = 32

interface SealingKey {
  readonly id: string
  readonly key: Buffer
  readonly tagKey: Buffer
}

/**
 * Seals with AES-256-GCM and tags with HMAC-SHA-256 under keys derived by HKDF-SHA-256 (RFC 5869).
 *
 * @param secrets base64url texts of 32 bytes or more, the newest first; older ones only open. So a secret can be replaced
 * without losing what it sealed.
 * @throws SealingError `malformed_secret`
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = secrets.map(deriveSealingKey)
  const newest = keys[0]
  if (!newest) throw new SealingError('malformed_secret', 'At least one secret is needed.')
  return {
    seal: (plain, purpose) => seal(newest, plain, purpose),
    open: (sealed, purpose) => open(keys, sealed, purpose),
    newestPrefix: `v1.${newest.id}.`,
    knows: (sealed) => keys.some(({ id }) => sealed.startsWith(`v1.${id}.`)),
    tag: (content, purpose) => makeTag(newest, content, purpose),
    isTagOf: (tag, content, purpose) =>
      tag.length === TAG_OF_CONTENT_BYTES && keys.some((key) => timingSafeEqual(tag, makeTag(key, content, purpose))),
  }
}

function deriveSealingKey(secret: string): SealingKey {
  const bytes = parseSecret(secret)
  const derive = (info: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', info, length))
  return {
    id: derive('ostiary secret id v1', 6).toString('base64url'),
    key: derive('ostiary sealing v1', 32),
    tagKey: derive('ostiary tagging v1', 32),
  }
}

/** The purpose is hashed first, so that no purpose and content read like another two. */
function makeTag({ tagKey }: SealingKey, content: Uint8Array, purpose: string): Buffer {
  const purposeHash = createHash('sha256').update(purpose).digest()
  return createHmac('sha256', tagKey).update(purposeHash).update(content).digest()
}

function seal({ id, key }: SealingKey, plain: Uint8Array, purpose: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return `v1.${id}.${sealed.toString('base64url')}`
}

function open(keys: readonly SealingKey[], sealed: string, purpose: string): Buffer {
  const [version, id, text = '', ...rest] = sealed.split('.')
  const bytes = Buffer.from(text, 'base64url')
  // Decoders pass over what they don't know: such a text was changed, too.
  const isWhole = rest.length === 0 && bytes.toString('base64url') === text
  if (version !== 'v1' || !isWhole || bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged()
  const known = keys.find((candidate) => candidate.id === id)
  if (!known) {
    throw new SealingError(
      'unknown_secret',
      'OSTIARY_SECRET is not the secret that this database was sealed with. Put the old secret behind the new one: OSTIARY_SECRET=new,old.',
    )
  }
  const decipher = createDecipheriv('aes-256-gcm', known.key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    throw damaged()
  }
}

function damaged(): SealingError {
  return new SealingError(
    'damaged_sealed_text',
    'A sealed value in the database was changed or damaged. Restore it from a backup.',
  )
}
