import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { parseSecret } from './parse-secret.ts'
import { SealingError } from './sealing-error.ts'

/** Encrypts what must rest encrypted in the database. */
export interface Sealer {
  /** Encrypts under the newest secret. `purpose` (table and row) is authenticated: a sealed text cannot be moved elsewhere. */
  seal(plain: Uint8Array, purpose: string): string
  /**
   * Decrypts what any of the known secrets sealed.
   *
   * @throws SealingError `unknown_secret` when none of them did, `damaged_sealed_text` when the text or its purpose was changed.
   */
  open(sealed: string, purpose: string): Buffer
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

interface SealingKey {
  readonly id: string
  readonly key: Buffer
}

/**
 * Seals with AES-256-GCM under keys derived by HKDF-SHA-256 (RFC 5869).
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
  }
}

function deriveSealingKey(secret: string): SealingKey {
  const bytes = parseSecret(secret)
  const derive = (info: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', info, length))
  return { id: derive('ostiary secret id v1', 6).toString('base64url'), key: derive('ostiary sealing v1', 32) }
}

function seal({ id, key }: SealingKey, plain: Uint8Array, purpose: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return `v1.${id}.${sealed.toString('base64url')}`
}

function open(keys: readonly SealingKey[], sealed: string, purpose: string): Buffer {
  const [version, id, text] = sealed.split('.')
  const bytes = Buffer.from(text ?? '', 'base64url')
  if (version !== 'v1' || bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged()
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
