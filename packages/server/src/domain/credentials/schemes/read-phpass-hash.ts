import { deriveInWorker } from './derive-in-worker.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const mostLog2 = 16

/** KiB × passes of Argon2 that take as long as one iteration. */
const workOfOne = 2

/** PHPass refuses what is longer, so that hashing it is no burden. */
const longestPasswordBytes = 4096

const malformed: HashFault = {
  reason: 'malformed',
  sentence: 'This PHPass hash is damaged. It must read $P$ or $H$ and 31 characters.',
}

const tooCostly: HashFault = {
  reason: 'too_costly',
  sentence: `This PHPass hash costs too much to verify: at most 2^${mostLog2} iterations are accepted.`,
}

/**
 * Reads a "portable hash" of PHPass, which WordPress before 6.8, phpBB (`$H$`) and Drupal 6 have: MD5, 2^n times.
 *
 * @see https://www.openwall.com/phpass/
 */
export function readPhpassHash(text: string): HashReading | HashFault {
  const [, kind, count = '', salt = '', digestText = ''] =
    /^\$([PH])\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/.exec(text) ?? []
  const countLog2 = alphabet.indexOf(count)
  const digest = decodePhpass(digestText)
  if (kind === undefined || countLog2 < 7 || digest === undefined) return malformed
  if (countLog2 > mostLog2) return tooCostly
  return {
    ...writeTexts({ digest, write: (bytes) => `$${kind}$${count}${salt}${encodePhpass(bytes)}` }),
    work: workOfOne * 2 ** countLog2,
    isWeak: true,
    derive: async (password) => {
      const bytes = Buffer.from(password)
      const bounded = bytes.subarray(0, longestPasswordBytes)
      const made = await deriveInWorker({ kind: 'phpass', password: bounded, salt, iterations: 2 ** countLog2 })
      return bytes.length > longestPasswordBytes ? undefined : Buffer.from(made, 'hex')
    },
  }
}

/** Three bytes are four characters, the lowest bits first. */
function encodePhpass(bytes: Buffer): string {
  let text = ''
  for (let start = 0; start < bytes.length; start += 3) {
    const three = bytes.subarray(start, start + 3)
    const value = three.reduceRight((sum, byte) => sum * 256 + byte, 0)
    for (let place = 0; place <= three.length; place++) text += alphabet[(value >> (6 * place)) & 63]
  }
  return text
}

/** 16 bytes. Undefined: another text would decode to the same. */
function decodePhpass(text: string): Buffer | undefined {
  const bytes: number[] = []
  for (let start = 0; start < text.length; start += 4) {
    const four = [...text.slice(start, start + 4)].map((character) => alphabet.indexOf(character))
    const value = four.reduceRight((sum, digit) => sum * 64 + digit, 0)
    for (let place = 0; place < four.length - 1; place++) bytes.push((value >> (8 * place)) & 255)
  }
  const decoded = Buffer.from(bytes)
  return encodePhpass(decoded) === text ? decoded : undefined
}
