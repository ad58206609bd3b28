import { createHmac, createSecretKey, hash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RefreshKey, RefreshKeyRing } from '../refresh-keys/refresh-key-ring.ts'
import { deriveCurrentToken, verifyRefreshToken } from './refresh-token.ts'
import type { Session } from './session.ts'

const keys: readonly RefreshKey[] = [
  { id: 'AAAAAA', key: createSecretKey(Buffer.alloc(32, 1)) },
  { id: 'BBBBBA', key: createSecretKey(Buffer.alloc(32, 2)) },
]
const ring: RefreshKeyRing = {
  newest: () => Promise.reject(new Error('nobody asks for it')),
  find: async (id) => keys.find((key) => key.id === id),
}
const session = {
  id: 'AQIDBAUGBwgJCgsMDQ4PEA',
  clientId: 'cli_a',
  generation: 0x01020304,
  refreshKeyId: 'AAAAAA',
} as Session
const token = await deriveCurrentToken(ring, session)
const bytes = Buffer.from(token.slice(3), 'base64url')

/** A text of these bytes, with the checksum that is right for them. */
function sign(signed: Buffer): string {
  return `or_${Buffer.concat([signed, hash('sha256', signed, 'buffer').subarray(0, 4)]).toString('base64url')}`
}

test('it is `or_` and the key’s id, the session’s, the generation, HMAC-SHA-256 over these and the client, and a checksum', () => {
  const body = Buffer.from(`00000000${'0102030405060708090a0b0c0d0e0f10'}01020304`, 'hex')
  const mac = createHmac('sha256', Buffer.alloc(32, 1)).update(body).update('cli_a').digest()
  expect(token).toBe(sign(Buffer.concat([body, mac])))
  expect(token).toMatch(/^or_[\w-]{80}$/)
})

test('it is the same for everybody who asks, and says what it was made of', async () => {
  expect(await deriveCurrentToken(ring, session)).toBe(token)
  const content = { sessionId: session.id, generation: session.generation, clientId: 'cli_a' }
  expect(await verifyRefreshToken(ring, token, 'cli_a')).toEqual(content)
})

test.each([
  ['session', { id: 'AQIDBAUGBwgJCgsMDQ4PEQ' }],
  ['generation', { generation: 0x01020305 }],
  ['client', { clientId: 'cli_b' }],
  ['key', { refreshKeyId: 'BBBBBA' }],
])('another %s has another token', async (_, changes) => {
  expect(await deriveCurrentToken(ring, { ...session, ...changes })).not.toBe(token)
})

test('without its key there is none: the session names one that is gone, or none', async () => {
  const gone = `the refresh key of the session ${session.id} is gone`
  await expect(deriveCurrentToken(ring, { ...session, refreshKeyId: 'CCCCCA' })).rejects.toThrow(gone)
  await expect(deriveCurrentToken(ring, { ...session, refreshKeyId: undefined })).rejects.toThrow(gone)
})

test('each changed bit is refused, with the old checksum and with one that is right', async () => {
  for (let bit = 0; bit < bytes.length * 8; bit += 3) {
    const changed = Buffer.from(bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)))
    expect(await verifyRefreshToken(ring, `or_${changed.toString('base64url')}`, 'cli_a'), `bit ${bit}`).toBeUndefined()
    const signed = changed.subarray(0, -4)
    if (bit < signed.length * 8)
      expect(await verifyRefreshToken(ring, sign(signed), 'cli_a'), `bit ${bit}`).toBeUndefined()
  }
})

test('of another client, of a key that there is not, and in any other text it is none', async () => {
  expect(await verifyRefreshToken(ring, token, 'cli_b')).toBeUndefined()
  const strange = sign(Buffer.concat([Buffer.from('CCCCCA', 'base64url'), bytes.subarray(4, -4)]))
  expect(await verifyRefreshToken(ring, strange, 'cli_a')).toBeUndefined()
  for (const text of [
    '',
    'or_',
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    ` ${token}`,
    `${token}\n`,
    token.replace('or_', 'OR_'),
    `x${token}`,
    `${token.slice(0, -1)}ä`,
  ])
    expect(await verifyRefreshToken(ring, text, 'cli_a'), text).toBeUndefined()
})

test('it has one spelling: with more before, between or behind it is none, also with a checksum that is right', async () => {
  const signed = bytes.subarray(0, -4)
  const checksum = bytes.subarray(-4)
  const spelled = (between: Buffer) => Buffer.concat([signed, between, checksum]).toString('base64url')
  // Its last 80 characters stand behind `or_` as well.
  const twice = `xyz${spelled(Buffer.concat([Buffer.alloc(1), Buffer.from('Aor_', 'base64url'), Buffer.alloc(56)]))}`
  expect(twice).toMatch(/or_[\w-]{80}$/)
  expect(await verifyRefreshToken(ring, twice, 'cli_a')).toBeUndefined()
  expect(await verifyRefreshToken(ring, `or_${spelled(Buffer.alloc(4))}`, 'cli_a')).toBeUndefined()
})

test('no key is looked for where the checksum is wrong', async () => {
  let asked = 0
  const counting: RefreshKeyRing = {
    ...ring,
    find(id) {
      asked += 1
      return ring.find(id)
    },
  }
  const wrong = Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])])
  await verifyRefreshToken(counting, `or_${wrong.toString('base64url')}`, 'cli_a')
  await verifyRefreshToken(counting, `${token}A`, 'cli_a')
  expect(asked).toBe(0)
  await verifyRefreshToken(counting, token, 'cli_a')
  expect(asked).toBe(1)
})
