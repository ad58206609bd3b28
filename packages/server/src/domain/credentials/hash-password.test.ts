import { argon2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createHashQueue, HashQueueFullError } from '../../platform/hash-queue/hash-queue.ts'
import { hashPassword } from './hash-password.ts'
import { parsePasswordHash } from './parse-password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import { prepareDummyHash } from './prepare-dummy-hash.ts'
import { verifyPassword } from './verify-password.ts'

const hashQueue = createHashQueue({ concurrency: 2 })
const password = 'ein Löffel voll Zeit'

/** What Node's own Argon2 says: the independent oracle. */
function hashByNode(
  algorithm: 'argon2d' | 'argon2i' | 'argon2id',
  message: string,
  { memory, passes, parallelism, tagLength }: Record<'memory' | 'passes' | 'parallelism' | 'tagLength', number>,
): PasswordHash {
  const nonce = Buffer.alloc(16, 7)
  const tag = argon2Sync(algorithm, { message, nonce, memory, passes, parallelism, tagLength })
  const text = `$${algorithm}$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
  const parsed = parsePasswordHash(text)
  if (!parsed.ok) throw new Error(parsed.sentence)
  return parsed.hash
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}

test('a password is stored as Argon2id, 19 MiB, 2 passes, 1 lane, under a salt of its own', async () => {
  const hashes = await Promise.all([hashPassword(hashQueue, password), hashPassword(hashQueue, password)])
  for (const hash of hashes) {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await verifyPassword(hashQueue, hash, password)).toBe(true)
    expect(await verifyPassword(hashQueue, hash, `${password} `)).toBe(false)
  }
  expect(hashes[0]).not.toBe(hashes[1])
})

test('the parameters can be raised', async () => {
  const parameters = { memoryKibibytes: 20_000, passes: 3, parallelism: 2 }
  const hash = await hashPassword(hashQueue, password, { parameters })
  expect(hash).toContain('$m=20000,t=3,p=2$')
  expect(await verifyPassword(hashQueue, hash, password)).toBe(true)
})

test('NIST SP 800-63B-4 §3.1.1.2: a password is compared after NFC', async () => {
  const hash = await hashPassword(hashQueue, 'cafe\u0301 cafe\u0301 cafe\u0301')
  expect(await verifyPassword(hashQueue, hash, 'caf\u00e9 caf\u00e9 caf\u00e9')).toBe(true)
})

test('NIST SP 800-63B-4 §3.1.1.2: the whole password is compared, up to the last of 256 characters', async () => {
  const long = '😍'.repeat(256)
  const hash = await hashPassword(hashQueue, long)
  expect(await verifyPassword(hashQueue, hash, long)).toBe(true)
  expect(await verifyPassword(hashQueue, hash, '😍'.repeat(255))).toBe(false)
  expect(await verifyPassword(hashQueue, hash, `${'😍'.repeat(255)}😎`)).toBe(false)
})

test('a NUL does not end a password, and a lone surrogate is no replacement character', async () => {
  const withNul = await hashPassword(hashQueue, 'before\0after')
  expect(await verifyPassword(hashQueue, withNul, 'before\0after')).toBe(true)
  expect(await verifyPassword(hashQueue, withNul, 'before')).toBe(false)
  const replaced = await hashPassword(hashQueue, 'a\ufffdb')
  expect(await verifyPassword(hashQueue, replaced, 'a\ud800b')).toBe(false)
})

test.each([
  ['argon2id', { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }],
  ['argon2id', { memory: 1024, passes: 3, parallelism: 4, tagLength: 16 }],
  ['argon2i', { memory: 4096, passes: 3, parallelism: 1, tagLength: 64 }],
  ['argon2d', { memory: 64, passes: 1, parallelism: 2, tagLength: 24 }],
] as const)('a hash that Node made by %s with %j verifies', async (algorithm, parameters) => {
  const hash = hashByNode(algorithm, password, parameters)
  expect(await verifyPassword(hashQueue, hash, password)).toBe(true)
  expect(await verifyPassword(hashQueue, hash, 'another password')).toBe(false)
})

test('nothing matches the dummy hash, which looks like ours and never twice the same', async () => {
  const dummy = prepareDummyHash()
  expect(dummy).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(prepareDummyHash()).not.toBe(dummy)
  expect(await verifyPassword(hashQueue, dummy, password)).toBe(false)
  expect(await verifyPassword(hashQueue, dummy, '')).toBe(false)
})

test('hashes stand in the line: full, it refuses', async () => {
  const narrow = createHashQueue({ concurrency: 1, capacity: 1 })
  const outcomes = await Promise.allSettled([
    hashPassword(narrow, password),
    verifyPassword(narrow, prepareDummyHash(), password),
    hashPassword(narrow, password),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(outcomes[2]).toMatchObject({ reason: expect.any(HashQueueFullError) })
})
