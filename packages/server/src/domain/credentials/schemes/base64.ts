/** Bytes of base64 without padding, as PHC strings have it. Undefined: it is none, or another text would decode to the same. */
export function decodeUnpadded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return encodeUnpadded(bytes) === text ? bytes : undefined
}

/** The same with padding, which may be left out. */
export function decodePadded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  const canonical = bytes.toString('base64')
  return text === canonical || text === canonical.replace(/=+$/, '') ? bytes : undefined
}

/** passlib's "adapted base64": a full stop for the plus, no padding. */
export function decodeAdapted(text: string): Buffer | undefined {
  return text.includes('+') ? undefined : decodeUnpadded(text.replaceAll('.', '+'))
}

export function encodeUnpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
