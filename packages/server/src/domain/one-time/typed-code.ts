import { randomInt } from 'node:crypto'

/** RFC 8628 §6.1: consonants alone, so that no word comes out; 20⁸ codes are 34.5 bits. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
const wholeCode = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`)

/** Makes a code that a person reads in one place and types in another. */
export function makeTypedCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** As people read it: `BCDF-GHJK`. */
export function formatTypedCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`
}

/**
 * A code as somebody typed it: in any case and width, with blanks, dashes or points wherever they like. Absent when it can be no code.
 *
 * @see RFC 8628 §6.1
 */
export function parseTypedCode(typed: string): string | undefined {
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
  return wholeCode.test(letters) ? letters : undefined
}
