import { expect, test } from 'vitest'
import { auth0 } from './auth0.ts'
import { firebase, parseHashParameters } from './firebase.ts'
import { momentOf } from './foreign-format.ts'
import { keycloak } from './keycloak.ts'
import { supabase } from './supabase.ts'

/** What can be made neither a text nor a number. */
const neither = { toString: 1, valueOf: 1 }

test('a moment is milliseconds, a text, or what MongoDB writes; deeper it is none', () => {
  expect(momentOf(1_675_397_106_789)).toBe('2023-02-03T04:05:06.789Z')
  expect(momentOf('1675397106789')).toBe('2023-02-03T04:05:06.789Z')
  expect(momentOf({ $date: '2023-02-03T04:05:06.789Z' })).toBe('2023-02-03T04:05:06.789Z')
  expect(momentOf(JSON.parse(`${'{"$date":'.repeat(100_000)}1${'}'.repeat(100_000)}`))).toBeUndefined()
  expect(momentOf(neither)).toBeUndefined()
})

test('members of another kind than an export writes are left out', () => {
  const identity = { provider: 'google-oauth2', user_id: neither }
  expect(auth0.toAccount({ email: 'a@example.com', identities: [identity] }, [], {})).toMatchObject({
    ok: true,
    leftOut: ['identity at google-oauth2'],
  })
  expect(keycloak.toAccount({ username: 'a', credentials: [{ type: neither }] }, [], {})).toMatchObject({
    ok: true,
    leftOut: ['credential unknown'],
  })
  const factor = { factor_type: 'x', status: 'verified' }
  expect(
    supabase.toAccount({ email: 'a@example.com' }, [factor, { ...factor, factor_type: neither }], {}),
  ).toMatchObject({
    ok: true,
    leftOut: ['factor x'],
  })
  const parameters = { signerKey: 'AA==', rounds: neither, memCost: 14 }
  const user = { email: 'a@example.com', salt: 'AA==', passwordHash: 'AA==' }
  expect(firebase.toAccount(user, [], parameters)).toMatchObject({
    ok: true,
    line: { password_hash: expect.stringContaining('rounds=unknown,mem_cost=14') },
  })
})

test('hash parameters are read as the console shows them, and from a long word in a moment', () => {
  expect(parseHashParameters('hash_config { algorithm: SCRYPT, "rounds": 8, base64_signer_key: a+/=, }')).toEqual({
    algorithm: 'SCRYPT',
    rounds: '8',
    base64_signer_key: 'a+/=',
  })
  const before = process.cpuUsage()
  expect(parseHashParameters('a'.repeat(100_000))).toEqual({})
  // Tried at each of its characters, it takes half a minute.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(5_000)
})
