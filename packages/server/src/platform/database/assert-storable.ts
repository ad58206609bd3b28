/** What both dialects can store. */
export type Storable = string | number | bigint | Uint8Array | null

/** Refuses on both dialects what one of them would refuse or read differently. */
export function assertStorable(value: unknown): asserts value is Storable {
  if (typeof value === 'string') {
    // PostgreSQL has no NUL character in text.
    if (value.includes('\0')) throw new TypeError('Text with a NUL character cannot be stored.')
    return
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`The number ${value} cannot be stored.`)
    return
  }
  if (value === null || typeof value === 'bigint' || value instanceof Uint8Array) return
  throw new TypeError(`A value of type ${typeof value} cannot be stored: use text, a number or null.`)
}
