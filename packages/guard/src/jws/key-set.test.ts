import { expect, test } from 'vitest'
import { findKey, type NamedKey } from './key-set.ts'

const ec = { kid: 'one', names: ['ES256'] }
const ed = { kid: 'two', names: ['EdDSA', 'Ed25519'] }
const bare = { kid: undefined, names: ['RS256'] }

function find(header: Record<string, unknown>, keys: readonly NamedKey[]) {
  return findKey(header, { keys, byKid: new Map(keys.map((key) => [key.kid as string, key])) })
}

test('a key is found by its kid and its algorithm, or as the only one that fits', () => {
  const keys = [ec, ed, bare]
  expect(find({ alg: 'ES256', kid: 'one' }, keys)).toEqual({ ok: true, key: ec })
  expect(find({ alg: 'Ed25519', kid: 'two' }, keys)).toEqual({ ok: true, key: ed })
  expect(find({ alg: 'EdDSA' }, keys)).toEqual({ ok: true, key: ed })
  expect(find({ alg: 'RS256' }, keys)).toEqual({ ok: true, key: bare })
})

test('RFC 8725 §3.1: the header can’t choose another algorithm for a key, and newer keys wouldn’t help', () => {
  expect(find({ alg: 'ES256', kid: 'two' }, [ec, ed, bare])).toEqual({
    ok: false,
    failure: {
      check: 'key',
      expected: 'exactly one for ES256 with kid "two"',
      got: '"one" for ES256, "two" for EdDSA or Ed25519, nothing for RS256',
    },
  })
})

test('a kid that no key has is told, since newer keys may have it', () => {
  expect(find({ alg: 'ES256', kid: 'three' }, [ec, bare])).toMatchObject({ ok: false, unknownKid: 'three' })
  expect(find({ alg: 'RS256', kid: 'three' }, [bare])).toMatchObject({ ok: false, unknownKid: 'three' })
})

test('without a kid, none or two that fit are refused, and newer keys wouldn’t help', () => {
  const failure = { check: 'key', expected: 'exactly one for ES256 with kid nothing' }
  for (const keys of [[], [ed], [ec, { ...ec, kid: 'three' }]]) {
    const found = find({ alg: 'ES256' }, keys)
    expect(found).toMatchObject({ ok: false, failure })
    expect(found).not.toHaveProperty('unknownKid')
  }
})
