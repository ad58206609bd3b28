import { expect, test } from 'vitest'
import { findFaultOfIdToken } from './find-fault-of-id-token.ts'

const idToken = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30.AA`
const find = (claims: object) => findFaultOfIdToken(idToken, claims as never, 'an access token')

test('OpenID Connect Core §2: a subject is 1 to 255 ASCII characters, and a text', () => {
  expect(find({ sub: 'a'.repeat(255) })).toBeUndefined()
  for (const sub of ['', 'a'.repeat(256), 'ä', ['a'], 7, { toString: 1 }, undefined])
    expect(find({ sub }), JSON.stringify(sub)).toBe('the subject is not 1 to 255 ASCII characters')
})

test('OpenID Connect Core §3.1.3.6: at_hash is of this access token, where there is one', () => {
  // The left half of SHA-256("an access token").
  expect(find({ sub: 'a', at_hash: 'FPlcM-1UXiivOYozpUrp7Q' })).toBeUndefined()
  expect(find({ sub: 'a', at_hash: 'AAAA' })).toBe('at_hash is of another access token')
})
