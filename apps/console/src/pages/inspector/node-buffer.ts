// What the guard's checks need of `node:buffer`, in a browser. The build puts it in that place; nothing else imports it.

type Encoding = 'base64url' | 'latin1' | 'utf8' | 'hex'

/** As Node's, as far as a token is decoded with it: it is as lenient too, and what is canonical the guard decides. */
export class Buffer extends Uint8Array {
  static override from(source: unknown, encoding: unknown = 'utf8'): Buffer {
    const text = String(source)
    if (encoding === 'utf8') return Buffer.#of(new TextEncoder().encode(text))
    const binary = encoding === 'base64url' ? atob(skipForeign(text)) : text
    return Buffer.#of(Array.from(binary, (one) => one.charCodeAt(0) & 0xff))
  }

  static #of(bytes: ArrayLike<number>): Buffer {
    const buffer = new Buffer(bytes.length)
    buffer.set(bytes)
    return buffer
  }

  static byteLength(text: string): number {
    return new TextEncoder().encode(text).length
  }

  override toString(encoding: Encoding = 'utf8'): string {
    if (encoding === 'hex') return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this)
  }
}

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Characters of another alphabet are skipped, and so is a last one that makes no byte. */
function skipForeign(text: string): string {
  const own = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replaceAll(/[^A-Za-z0-9+/]/g, '')
  return own.length % 4 === 1 ? own.slice(0, -1) : own
}
