import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { passwordHashVectors } from '../../../testing/password-hash-vectors.ts'
import { createHashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { needsRehash } from './needs-rehash.ts'
import { parsePasswordHash } from './parse-password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import type { HashReading } from './schemes/hash-reading.ts'
import { verifyPassword } from './verify-password.ts'
import { wrapPasswordHash } from './wrap-password-hash.ts'

const hashQueue = createHashQueue({ concurrency: 2, capacity: 1000 })

function parse(text: string): { hash: PasswordHash; reading: HashReading } {
  const parsed = parsePasswordHash(text)
  if (!parsed.ok) throw new Error(parsed.sentence)
  return parsed
}

describe.each(passwordHashVectors)('%s: %s', (_source, text, password) => {
  test('its password matches, another does not', async () => {
    const { hash, reading } = parse(text)
    expect(await verifyPassword(hashQueue, hash, password)).toBe(true)
    expect(await verifyPassword(hashQueue, hash, `x${password}`)).toBe(false)
    if (reading.argon2?.algorithm !== 'argon2id') expect(needsRehash(hash)).toBe(true)
  })

  test('what is stored reads as the same, and its recipe holds no digest', () => {
    const { hash, reading } = parse(text)
    const stored = parse(hash)
    expect(stored.hash).toBe(hash)
    expect(stored.reading).toMatchObject({ recipe: reading.recipe, digest: reading.digest, work: reading.work })
    const recipe = parse(reading.recipe).reading
    expect(recipe).toMatchObject({ text: reading.recipe, recipe: reading.recipe, work: reading.work })
    expect(recipe.digest).toEqual(Buffer.alloc(reading.digest.length))
  })
})

/** Of each make one that is cheap. */
const cheap = new Map(
  passwordHashVectors
    .map(([, text, password]) => ({ text, password, ...parse(text) }))
    .filter(({ reading }) => reading.isWeak && reading.work < 35_000)
    .map((vector) => [/^\W*\w+/.exec(vector.hash)?.[0], vector]),
)

test.each([...cheap])('%s wrapped is Argon2id over the old digest, which is nowhere', async (_make, vector) => {
  const { hash, reading, password } = vector
  const wrapped = await wrapPasswordHash(hashQueue, hash)
  expect(wrapped).toMatch(/^\$wrapped\$[A-Za-z0-9+/]+\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(Buffer.from(wrapped.split('$')[2] ?? '', 'base64').toString()).toBe(reading.recipe)
  expect(parse(wrapped)).toMatchObject({ hash: wrapped, reading: { isWeak: false } })
  expect(needsRehash(wrapped)).toBe(true)
  expect(await wrapPasswordHash(hashQueue, wrapped)).toBe(wrapped)
  expect(await verifyPassword(hashQueue, wrapped, password)).toBe(true)
  expect(await verifyPassword(hashQueue, wrapped, `x${password}`)).toBe(false)
})

test('a hash that is strong enough is not wrapped', async () => {
  for (const text of [
    '$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    '$pbkdf2-sha256$i=600000$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw',
    '$scrypt$ln=17,r=8,p=1$TmFDbA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw',
    '$argon2id$v=19$m=7168,t=5,p=1$c29tZXNhbHQ$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw',
  ]) {
    const { hash } = parse(text)
    expect(await wrapPasswordHash(hashQueue, hash)).toBe(hash)
  }
})

describe('what the system that made the hash did with a password is done here', () => {
  const seventyTwo = 'x'.repeat(72)
  const ofSeventyTwo = parse('$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i').hash

  test('bcrypt: bytes behind the 72nd do not count', async () => {
    for (const [password, expected] of [
      [seventyTwo, true],
      [`${seventyTwo} and more`, true],
      [seventyTwo.slice(1), false],
    ] as const)
      expect(await verifyPassword(hashQueue, ofSeventyTwo, password)).toBe(expected)
  })

  test('bcrypt: a password with NUL matches nothing, not even what stands before it', async () => {
    const { hash } = parse('$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW')
    for (const password of ['U*U\0', 'U*U\0U*U', '\0'])
      expect(await verifyPassword(hashQueue, hash, password)).toBe(false)
  })

  test('PHPass: a password of more than 4096 bytes matches nothing, and costs no more', async () => {
    const { hash } = parse('$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0')
    expect(await verifyPassword(hashQueue, hash, 'test12345'.repeat(10_000))).toBe(false)
  })

  test('a password matches in NFC, and as it was typed where that differs', async () => {
    // Werkzeug 3.1: generate_password_hash(unicodedata.normalize('NFC', 'geh u\u0308ber Los'), 'pbkdf2:sha256:1000')
    const [, composed = ''] = passwordHashVectors.find(([source]) => source.includes('typed in NFD')) ?? []
    const { hash } = parse(composed)
    expect(await verifyPassword(hashQueue, hash, 'geh u\u0308ber Los')).toBe(true)
    // A keyboard that composes gives other bytes than were hashed there: nothing can tell that they mean the same.
    expect(await verifyPassword(hashQueue, hash, 'geh \u00fcber Los')).toBe(false)
  })

  test('a lone surrogate is no replacement character', async () => {
    const { hash } = parse(
      `{SSHA256}${Buffer.concat([sha256('a\ufffdbsalt'), Buffer.from('salt')]).toString('base64')}`,
    )
    expect(await verifyPassword(hashQueue, hash, 'a\ufffdb')).toBe(true)
    expect(await verifyPassword(hashQueue, hash, 'a\ud800b')).toBe(false)
  })
})

test('bcrypt is computed beside the event loop', async () => {
  const { hash } = parse('$2b$11$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW')
  let turns = 0
  const counting = setInterval(() => (turns += 1), 5)
  expect(await verifyPassword(hashQueue, hash, 'another password')).toBe(false)
  clearInterval(counting)
  expect(turns).toBeGreaterThan(10)
})

const salt = 'c2FsdHNhbHQ'
const digest = Buffer.alloc(32, 2).toString('base64').replaceAll('=', '')
const bcryptTail = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
const hex = 'ab'.repeat(32)

test.each([
  // Known makes that are refused.
  ['a variant of bcrypt that loses characters', `$2x$10$${bcryptTail}`, 'refused'],
  ['the first variant of bcrypt', `$2$10$${bcryptTail}`, 'malformed'],
  ['MD5, unsalted', '5f4dcc3b5aa765d61d8327deb882cf99', 'unknown'],
  ['MD5 by crypt', '$1$abc$BXBqpb9BZcZhXLgbee.0s/', 'unknown'],
  ['SHA-512 by crypt', '$6$rounds=5000$abc$xyz', 'unknown'],
  ['unsalted SHA of LDAP', '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'unknown'],
  ['a password in the clear', 'hunter2 hunter2', 'unknown'],
  ['nothing', '', 'unknown'],
  ['Werkzeug before 0.9', 'pbkdf2:md5:1000$salt$5f4dcc3b5aa765d61d8327deb882cf99', 'malformed'],
  // Damaged.
  ['bcrypt cut short', `$2b$10$${bcryptTail.slice(0, -1)}`, 'malformed'],
  ['bcrypt with a line break', `$2b$10$${bcryptTail}\n`, 'malformed'],
  ['bcrypt of 3 rounds', `$2b$03$${bcryptTail}`, 'malformed'],
  ['WordPress in Django', `bcrypt$$wp$2y$10$${bcryptTail}`, 'malformed'],
  ['PBKDF2 with a leading zero', `$pbkdf2-sha256$i=0600000$${salt}$${digest}`, 'malformed'],
  ['PBKDF2 of no iterations', `$pbkdf2-sha256$i=0$${salt}$${digest}`, 'malformed'],
  ['PBKDF2 of a hash of 8 bytes', `$pbkdf2-sha256$i=1000$${salt}$AAAAAAAAAAA`, 'impossible'],
  ['PBKDF2 of half a byte', `pbkdf2:sha256:1000$salt$${hex}a`, 'malformed'],
  ['PBKDF2 in capitals', `pbkdf2:sha256:1000$salt$${hex.toUpperCase()}`, 'malformed'],
  ['scrypt of an N that is no power of two', `scrypt:32769:8:1$salt$${hex}`, 'impossible'],
  ['scrypt of N = 1', `scrypt:1:8:1$salt$${hex}`, 'impossible'],
  ['scrypt of r = 0', `scrypt:32768:0:1$salt$${hex}`, 'malformed'],
  ['PHPass with bits left over', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.Lz', 'malformed'],
  ['PHPass of 2^6', '$P$4IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'malformed'],
  ['SSHA without a salt', `{SSHA}${Buffer.alloc(20, 1).toString('base64')}`, 'malformed'],
  ['ASP.NET of an unknown function', aspnet(3, 1000), 'malformed'],
  [
    'Firebase of another signer key',
    `$firebase-scrypt$rounds=8,mem_cost=14,salt_separator=Bw==$AAAAAAAAAAAAAAAAAAAAAA$AAAA$${digest}`,
    'malformed',
  ],
  [
    'Keycloak of an unknown function',
    '{"credentialData":"{\\"hashIterations\\":1,\\"algorithm\\":\\"__proto__\\"}","secretData":"{\\"value\\":\\"AAAA\\",\\"salt\\":\\"AAAA\\"}"}',
    'malformed',
  ],
  ['Keycloak without its secret', '{"credentialData":"{}"}', 'malformed'],
  ['JSON that is cut short', '{"credentialData":"{', 'malformed'],
  ['wrapped nothing', `$wrapped$$argon2id$v=19$m=19456,t=2,p=1$${salt}$${digest}`, 'malformed'],
  ['wrapped of what is unknown', `$wrapped$aHVudGVy$argon2id$v=19$m=19456,t=2,p=1$${salt}$${digest}`, 'unknown'],
  ['a megabyte', `$2b$10$${'a'.repeat(1_000_000)}`, 'malformed'],
  // Too costly: anybody may ask for a verification.
  ['bcrypt of 15 rounds', `$2b$15$${bcryptTail}`, 'too_costly'],
  ['bcrypt of 31 rounds', `$wp$2y$31$${bcryptTail}`, 'too_costly'],
  ['PBKDF2 of 4,000,001', `$pbkdf2-sha256$i=4000001$${salt}$${digest}`, 'too_costly'],
  ['PBKDF2 of two blocks', `$pbkdf2-sha256$i=2000001$${salt}$${digest}${digest.slice(0, -1)}A`, 'too_costly'],
  ['PBKDF2 with SHA-512 of 1,000,001', `pbkdf2:sha512:1000001$salt$${hex}`, 'too_costly'],
  ['PBKDF2 of 9,999,999,999', `pbkdf2_sha256$9999999999$salt$${digest}=`, 'too_costly'],
  ['ASP.NET of 4,294,967,295', aspnet(1, 0xffffffff), 'too_costly'],
  ['scrypt of 512 MiB', `$scrypt$ln=19,r=8,p=1$${salt}$${digest}`, 'too_costly'],
  ['scrypt of 2^99', `$scrypt$ln=99,r=8,p=1$${salt}$${digest}`, 'too_costly'],
  ['scrypt of 64 MiB, 9 times', `scrypt:65536:8:9$salt$${hex}`, 'too_costly'],
  [
    'Firebase of 2^20',
    `$firebase-scrypt$rounds=8,mem_cost=20,salt_separator=Bw==$${digest}$AAAA$${digest}`,
    'too_costly',
  ],
  ['PHPass of 2^17', '$P$FIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'too_costly'],
])('%s is refused', (_what, text, reason) => {
  const parsed = parsePasswordHash(text)
  expect(parsed).toEqual({ ok: false, reason, sentence: expect.stringMatching(/^[A-Z].*\.$/) })
  if (!parsed.ok && text.length > 20) expect(parsed.sentence).not.toContain(text)
})

function aspnet(hash: number, iterations: number): string {
  const bytes = Buffer.alloc(13 + 16 + 32, 1)
  bytes.writeUInt32BE(hash, 1)
  bytes.writeUInt32BE(iterations, 5)
  bytes.writeUInt32BE(16, 9)
  return bytes.toString('base64')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

describe('texts that nobody thought of', () => {
  const anyHash = fc.constantFrom(...passwordHashVectors.map(([, text]) => text))
  const inserted = fc.oneof(
    fc.constantFrom('$', ',', '=', '0', '9', '\0', '\n', '', '{', '"'),
    fc.string({ maxLength: 3 }),
  )

  test('any text is read or refused with a sentence, and never throws', () => {
    const beginnings = fc.constantFrom(
      '$2b$10$',
      '$pbkdf2-sha256$',
      'scrypt:',
      '{SSHA}',
      '{"',
      'AQAAAA',
      '$wrapped$',
      '$P$',
      '',
    )
    fc.assert(
      fc.property(beginnings, fc.string({ maxLength: 120, unit: 'grapheme' }), (beginning, rest) => {
        const parsed = parsePasswordHash(beginning + rest)
        if (!parsed.ok) expect(parsed.sentence).toMatch(/^[A-Z].*\.$/)
      }),
      { numRuns: 2000 },
    )
  })

  test('a hash in which something was replaced is refused, or is as bounded as every other and reads as itself', () => {
    fc.assert(
      fc.property(anyHash, fc.nat(), fc.nat({ max: 4 }), inserted, (text, at, count, replacement) => {
        const start = at % text.length
        const parsed = parsePasswordHash(text.slice(0, start) + replacement + text.slice(start + count))
        if (!parsed.ok) return
        expect(parsed.reading.work).toBeLessThan(3_000_000)
        expect(parsePasswordHash(parsed.hash)).toMatchObject({ ok: true, hash: parsed.hash })
        expect(parsePasswordHash(parsed.reading.recipe)).toMatchObject({ ok: true, hash: parsed.reading.recipe })
      }),
      { numRuns: 1500 },
    )
  })
})
