import { createHmac, hash as digestOf } from 'node:crypto'
import { deriveInWorker } from './derive-in-worker.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'

const mostRounds = 14

/** OWASP Password Storage Cheat Sheet. */
const leastRounds = 10

/** KiB × passes of Argon2 that take as long as one of the 2^rounds, in JavaScript. */
const workOfOne = 113

const malformed: HashFault = {
  reason: 'malformed',
  sentence: 'This bcrypt hash is damaged. It must read $2b$12$ and 53 characters; $2a$ and $2y$ will do as well.',
}

const faulty: HashFault = {
  reason: 'refused',
  sentence:
    'A $2x$ hash was made by an implementation that loses characters which are not ASCII, so it proves little. Let this account set a new password.',
}

const tooCostly: HashFault = {
  reason: 'too_costly',
  sentence: `This bcrypt hash costs too much to verify: at most $2b$${mostRounds}$ is accepted.`,
}

/** What is given to bcrypt instead of the password, which it would cut off behind 72 bytes. */
interface BcryptForm {
  readonly prefix: string
  readonly prepare: (password: string) => string
}

const plain: BcryptForm = { prefix: '', prepare: (password) => password }

const preparedForms: readonly BcryptForm[] = [
  {
    // WordPress 6.8, wp_hash_password. What PHP's trim takes away was taken away from the password there.
    prefix: '$wp',
    prepare: (password) =>
      createHmac('sha384', 'wp-sha384')
        .update(password.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, ''))
        .digest('base64'),
  },
  // Django's BCryptSHA256PasswordHasher.
  { prefix: 'bcrypt_sha256$', prepare: (password) => digestOf('sha256', password) },
]

/** Behind `{CRYPT}` LDAP directories have it, behind `bcrypt$` Django. */
const plainPrefixes = /^(?:\{CRYPT\}|bcrypt\$)/i

const shape = /^\$2([abxy])\$(0[4-9]|[12][0-9]|3[01])\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/

/**
 * Reads bcrypt, also as WordPress and Django make it. As in the systems that made it, only the first 72 bytes of the password count:
 * whoever chose a longer one there could otherwise never log in here. A password that holds a NUL matches none: bcrypt ends there.
 */
export function readBcryptHash(text: string): HashReading | HashFault {
  const form = preparedForms.find(({ prefix }) => text.startsWith(prefix)) ?? plain
  const bcrypt = form === plain ? text.replace(plainPrefixes, '') : text.slice(form.prefix.length)
  const match = shape.exec(bcrypt)
  if (match === null) return malformed
  const [, variant, rounds = '', salt, digestText = ''] = match
  if (variant === 'x') return faulty
  if (Number(rounds) > mostRounds) return tooCostly
  const head = `${form.prefix}$2${variant}$${rounds}$${salt}`
  return {
    ...writeTexts({ digest: decodeBcrypt(digestText), write: (digest) => head + encodeBcrypt(digest) }),
    work: workOfOne * 2 ** Number(rounds),
    isWeak: Number(rounds) < leastRounds,
    derive: async (password) => {
      const prepared = form.prepare(password)
      const made = await deriveInWorker({ kind: 'bcrypt', password: prepared, salt: `$2b$${rounds}$${salt}` })
      return prepared.includes('\0') ? undefined : decodeBcrypt(made.slice(-31))
    },
  }
}

const bcryptAlphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** 31 characters are 23 bytes and 2 bits, which some implementations leave as they were. */
function decodeBcrypt(text: string): Buffer {
  return Buffer.from(translate(text, bcryptAlphabet, base64Alphabet), 'base64')
}

function encodeBcrypt(bytes: Buffer): string {
  return translate(bytes.toString('base64').replace(/=+$/, ''), base64Alphabet, bcryptAlphabet)
}

function translate(text: string, from: string, to: string): string {
  return [...text].map((character) => to[from.indexOf(character)]).join('')
}
