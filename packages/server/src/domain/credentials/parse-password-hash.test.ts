import { describe, expect, test } from 'vitest'
import { isAffordable, maximumParameters, minimumParameters, validateParameters } from './argon2-parameters.ts'
import { needsRehash } from './needs-rehash.ts'
import { parsePasswordHash } from './parse-password-hash.ts'
import { prepareDummyHash } from './prepare-dummy-hash.ts'

const salt = Buffer.alloc(16, 1).toString('base64').replaceAll('=', '')
const digest = Buffer.alloc(32, 2).toString('base64').replaceAll('=', '')
const tail = `${salt}$${digest}`

function base64(bytes: number): string {
  return Buffer.alloc(bytes, 3).toString('base64').replaceAll('=', '')
}

describe('Argon2 hashes of other systems', () => {
  test('the parameters are read', () => {
    const parsed = parsePasswordHash(`$argon2i$v=19$m=65536,t=3,p=4$${tail}`)
    expect(parsed).toMatchObject({ ok: true, hash: `$argon2i$v=19$m=65536,t=3,p=4$${tail}` })
    expect(parsed.ok && parsed.reading.argon2).toEqual({
      algorithm: 'argon2i',
      version: 19,
      memoryKibibytes: 65_536,
      passes: 3,
      parallelism: 4,
      saltBytes: 16,
      digestBytes: 32,
    })
  })

  test.each([
    `$argon2id$v=19$m=19456,t=2,p=1$${tail}`,
    `$argon2d$v=16$m=4096,t=3,p=1$${tail}`,
    `$argon2id$v=19$m=8,t=1,p=1$${base64(8)}$${base64(16)}`,
    `$argon2id$v=19$m=262144,t=4,p=16$${base64(64)}$${base64(64)}`,
    prepareDummyHash(),
  ])('%s is accepted', (text) => {
    expect(parsePasswordHash(text)).toMatchObject({ ok: true, hash: text })
  })

  test('PHC string format: without a version it is 16', () => {
    expect(parsePasswordHash(`$argon2i$m=4096,t=3,p=1$${tail}`)).toMatchObject({
      ok: true,
      reading: { argon2: { version: 16 } },
    })
  })

  test.each([
    ['hunter2hunter2', 'unknown'],
    [' $argon2id$v=19$m=19456,t=2,p=1$', 'unknown'],
    [`$argon2x$v=19$m=19456,t=2,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=18$m=19456,t=2,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=2$${tail}`, 'malformed'],
    [`$argon2id$v=19$t=2,m=19456,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=019456,t=2,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=-1,t=2,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=1e4,t=2,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=99999999999,t=2,p=1$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=2,p=1,keyid=abc$${tail}`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${tail}\n`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${tail}=`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt}`, 'malformed'],
    // The last character of 16 bytes carries two bits that must be zero.
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt.slice(0, -1)}R$${digest}`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${base64(4000)}$${digest}`, 'malformed'],
    [`$argon2id$v=19$m=19456,t=0,p=1$${tail}`, 'impossible'],
    [`$argon2id$v=19$m=19456,t=2,p=0$${tail}`, 'impossible'],
    [`$argon2id$v=19$m=7,t=2,p=1$${tail}`, 'impossible'],
    [`$argon2id$v=19$m=31,t=2,p=4$${tail}`, 'impossible'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${base64(7)}$${digest}`, 'impossible'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt}$${base64(15)}`, 'impossible'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt}$${base64(65)}`, 'impossible'],
    [`$argon2id$v=19$m=262145,t=1,p=1$${tail}`, 'too_costly'],
    [`$argon2id$v=19$m=4294967295,t=1,p=1$${tail}`, 'too_costly'],
    [`$argon2id$v=19$m=65536,t=17,p=1$${tail}`, 'too_costly'],
    [`$argon2id$v=19$m=8,t=65,p=1$${tail}`, 'too_costly'],
    [`$argon2id$v=19$m=4096,t=1,p=17$${tail}`, 'too_costly'],
  ])('%j is refused: %s', (text, reason) => {
    const parsed = parsePasswordHash(text)
    expect(parsed).toEqual({ ok: false, reason, sentence: expect.stringMatching(/^[A-Z].*\.$/) })
  })

  test('a refusal never repeats what was given: it may be a password', () => {
    expect(JSON.stringify(parsePasswordHash('correct horse battery staple'))).not.toContain('horse')
  })
})

describe('rehashing at login', () => {
  test.each([
    [`$argon2id$v=19$m=19456,t=2,p=1$${tail}`, false],
    [`$argon2id$v=19$m=65536,t=3,p=4$${tail}`, false],
    [`$argon2id$v=19$m=19455,t=2,p=1$${tail}`, true],
    [`$argon2id$v=19$m=47104,t=1,p=1$${tail}`, true],
    [`$argon2i$v=19$m=65536,t=3,p=4$${tail}`, true],
    [`$argon2id$v=16$m=65536,t=3,p=4$${tail}`, true],
    [`$argon2id$v=19$m=65536,t=3,p=4$${base64(15)}$${digest}`, true],
    [`$argon2id$v=19$m=65536,t=3,p=4$${salt}$${base64(31)}`, true],
  ])('%s: %s', (text, expected) => {
    const parsed = parsePasswordHash(text)
    expect(parsed.ok && needsRehash(parsed.hash)).toBe(expected)
  })

  test('a hash of ours needs it when our parameters have risen', () => {
    const raised = { ...minimumParameters, passes: 3 }
    expect(needsRehash(prepareDummyHash(minimumParameters), minimumParameters)).toBe(false)
    expect(needsRehash(prepareDummyHash(minimumParameters), raised)).toBe(true)
    expect(needsRehash(prepareDummyHash(raised), minimumParameters)).toBe(false)
  })
})

test('our own parameters may be raised within what a login may cost, and never lowered', () => {
  expect(minimumParameters).toEqual({ memoryKibibytes: 19 * 1024, passes: 2, parallelism: 1 })
  expect(validateParameters(minimumParameters)).toBe(true)
  expect(validateParameters({ ...minimumParameters, memoryKibibytes: 65_536 })).toBe(true)
  expect(validateParameters({ ...minimumParameters, memoryKibibytes: 19_455 })).toBe(false)
  expect(validateParameters({ ...minimumParameters, passes: 1 })).toBe(false)
  expect(validateParameters({ ...minimumParameters, parallelism: 0 })).toBe(false)
  expect(validateParameters({ ...minimumParameters, passes: 2.5 })).toBe(false)
  expect(validateParameters({ ...minimumParameters, memoryKibibytes: maximumParameters.memoryKibibytes + 1 })).toBe(
    false,
  )
  expect(isAffordable({ memoryKibibytes: 262_144, passes: 5, parallelism: 1 })).toBe(false)
})
