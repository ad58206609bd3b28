import { describe, expect, test } from 'vitest'
import { issuerKey, makeToken } from '../testing/bad-tokens.ts'
import { audience, issuer, nowSeconds, secret, signToken } from '../testing/sign-token.ts'
import { makeSigningKey } from '../testing/signing-keys.ts'
import { createGuard } from './create-guard.ts'
import type { Guard } from './guard.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import type { GuardOptions } from './guard-options.ts'
import type { JsonWebKey } from './keys/json-web-key.ts'

const keys = { keys: [issuerKey.jwk] }
const good = { issuer, audience, keys }

function start(changes: Record<string, unknown>): Guard {
  const guard = createGuard({ ...good, ...changes } as GuardOptions)
  guard.close()
  return guard
}

const jwk = issuerKey.jwk
const rsa = makeSigningKey('RS256').jwk
const shortRsa = 'AQAB'.repeat(42)

const wrong: readonly [title: string, changes: Record<string, unknown>][] = [
  ['no issuer', { issuer: undefined }],
  ['an empty issuer', { issuer: '' }],
  ['an issuer that is no URL', { issuer: 'login.example.com' }],
  ['RFC 8414 §2: an http issuer', { issuer: 'http://login.example.com' }],
  ['another scheme', { issuer: 'ftp://login.example.com' }],
  ['a host that only begins like loopback', { issuer: 'http://127.0.0.1.example.com' }],
  ['a host that only ends like loopback', { issuer: 'http://notlocalhost' }],
  ['RFC 8414 §2: a query', { issuer: 'https://login.example.com?a=b' }],
  ['RFC 8414 §2: a fragment', { issuer: 'https://login.example.com#a' }],
  ['an empty query', { issuer: 'https://login.example.com/?' }],
  ['a user name', { issuer: 'https://a:b@login.example.com' }],
  ['RFC 8725 §3.9: no audience', { audience: undefined }],
  ['an empty audience', { audience: '' }],
  ['a list of audiences', { audience: ['a'] }],
  ['an option that does not exist', { audiences: 'a' }],
  ['RFC 8725 §3.1: no algorithms', { algorithms: [] }],
  ['RFC 8725 §3.1: alg none', { algorithms: ['none'] }],
  ['an algorithm that the guard has not', { algorithms: ['ES512'] }],
  ['RFC 8725 §2.1: HS256 with public keys', { algorithms: ['ES256', 'HS256'] }],
  ['RFC 8725 §2.1: ES256 with a secret', { keys: { secret }, algorithms: ['ES256'] }],
  ['RFC 8725 §3.5: a secret of 31 bytes', { keys: { secret: Buffer.alloc(31) } }],
  ['RFC 8725 §3.5: a secret text of 31 bytes', { keys: { secret: Buffer.alloc(31).toString('base64url') } }],
  ['RFC 8725 §3.5: a password', { keys: { secret: 'correct horse battery staple, and then some more' } }],
  ['a secret in another alphabet', { keys: { secret: `${'+'.repeat(43)}` } }],
  ['a secret with padding', { keys: { secret: `${secret}=` } }],
  ['an empty secret', { keys: { secret: '' } }],
  ['keys as text', { keys: 'secret' }],
  ['keys as a list', { keys: [jwk] }],
  ['a set without keys', { keys: { keys: [] } }],
  ['a set of nothing', { keys: { keys: [null] } }],
  ['two keys of one kid', { keys: { keys: [jwk, { ...rsa, kid: jwk.kid }] } }],
  ['a secret among public keys', { keys: { keys: [jwk, makeSigningKey('HS256').jwk] } }],
  ['a private key', { keys: { keys: [{ ...jwk, d: 'AAAA' }] } }],
  ['a feed that is text', { feed: 'on' }],
  ['a feed with a secret for keys', { feed: true, keys: { secret } }],
  ['an option of the feed that is none', { feed: { url: 'https://login.example.com/feed' } }],
  ['no url of the feed', { feed: { urls: [] } }],
  ['an insecure url of the feed', { feed: { urls: ['http://login.example.com/feed'] } }],
  ['a mode that is none', { feed: { mode: 'push' } }],
  ['pollSeconds with a stream', { feed: { pollSeconds: 5 } }],
  ['introspection without a credential', { feed: { onDark: 'introspect' } }],
  ['half a credential', { feed: { credential: { clientId: 'orders' } } }],
  ['a start from a file without one', { feed: { coldStart: 'file' } }],
  ['a file that nobody reads', { feed: { file: 'feed.jsonl' } }],
  ['a name that the feed does not allow', { feed: { name: 'orders 1' } }],
  ['a clock that is a number', { clock: 1 }],
  ['a negative leeway', { leewaySeconds: -1 }],
  ['a leeway of hours', { leewaySeconds: 301 }],
  ['a leeway that is no number', { leewaySeconds: Number.NaN }],
  ['a schema of another kind', { claims: { parse: () => {} } }],
  ['no place at all', { locations: { header: false } }],
  ['a place that does not exist', { locations: { headers: true } }],
  ['an empty name', { locations: { cookie: '' } }],
  ['true for a name', { locations: { query: true } }],
  ['optional, which is a rule’s', { optional: true }],
  ['a hook that is no function', { shapeRefusal: {} }],
  ['a log that is no function', { log: true }],
  ['a negative cache', { cacheSize: -1 }],
  ['half a token', { cacheSize: 0.5 }],
  ['a fetch that is no function', { fetch: 'https://proxy.example.com' }],
  ['allowInsecureIssuer as text', { allowInsecureIssuer: 'false' }],
]

describe('bad configuration refuses to start', () => {
  test.each(wrong)('%s', (_title, changes) => {
    expect(() => start(changes)).toThrow(GuardConfigurationError)
  })

  test('the message never shows what was given for keys', () => {
    for (const given of ['my-secret', { secret: 'my-secret!' }, { keys: 'my-secret' }]) {
      expect(() => start({ keys: given })).toThrow(/^(?!.*my-secret).*keys/)
    }
  })
})

const right: readonly [title: string, changes: Record<string, unknown>][] = [
  ['https with a path', { issuer: 'https://login.example.com/tenant' }],
  ['http on 127.0.0.1', { issuer: 'http://127.0.0.1:4000' }],
  ['http on localhost', { issuer: 'http://localhost:4000' }],
  ['http on a name below localhost', { issuer: 'http://login.localhost:4000' }],
  ['http on [::1]', { issuer: 'http://[::1]:4000' }],
  ['http anywhere, when that is asked for', { issuer: 'http://login.internal', allowInsecureIssuer: true }],
  ['a secret of 32 bytes', { keys: { secret: new Uint8Array(32) } }],
  ['a set of secrets', { keys: { keys: [makeSigningKey('HS256').jwk] } }],
  ['keys that are not for us beside one that is', { keys: { keys: [jwk, { kty: 'XX' }] } }],
  ['feed: false', { feed: false }],
  ['options that are undefined', { algorithms: undefined, locations: undefined, log: undefined }],
]

test.each(right)('starts with %s', (_title, changes) => {
  expect(start(changes).state().keys.lastError).toBeUndefined()
})

const badKeys: readonly [title: string, key: JsonWebKey][] = [
  ['RFC 7518 §3.3: 1024 bits', { ...rsa, n: `${'A'.repeat(0)}${Buffer.alloc(128, 0xab).toString('base64url')}` }],
  ['an exponent of 1', { ...rsa, e: 'AQ' }],
  ['an exponent of 3', { ...rsa, e: 'Aw' }],
  ['an even exponent', { ...rsa, e: 'AQAC' }],
  ['an RSA key without modulus', { ...rsa, n: undefined } as unknown as JsonWebKey],
  ['a modulus in another alphabet', { ...rsa, n: `+${rsa.n?.slice(1)}` }],
  ['RFC 7518 §6.2.1.2: a coordinate that is too short', { ...jwk, x: shortRsa.slice(0, 40) }],
  ['RFC 7518 §6.2.1.2: a coordinate with a zero before it', { ...jwk, x: `AAAA${jwk.x}` }],
  ['a point that is not on the curve', { ...jwk, y: Buffer.alloc(32, 7).toString('base64url') }],
  ['another curve', { ...jwk, crv: 'secp256k1' }],
  ['the algorithm of another curve', { ...jwk, alg: 'ES384' }],
  ['an algorithm that does not exist', { ...jwk, alg: 'ES257' }],
  ['Ed448', { kty: 'OKP', crv: 'Ed448', x: 'A'.repeat(76), alg: 'EdDSA' }],
  ['RFC 7517 §4.2: a key for encryption', { ...jwk, use: 'enc' }],
  ['RFC 7517 §4.3: a key that is not for verifying', { ...jwk, key_ops: ['sign'] }],
  ['a kid that is no text', { ...jwk, kid: 1 } as unknown as JsonWebKey],
]

test.each(badKeys)('a key is not taken: %s', (_title, key) => {
  expect(() => start({ keys: { keys: [key] } })).toThrow(GuardConfigurationError)
  expect(start({ keys: { keys: [makeSigningKey('ES256', 'good').jwk, key] } }).state().keys.count).toBe(1)
})

describe('the one algorithm of a key', () => {
  const clock = (): number => nowSeconds * 1000
  const withoutAlg = (key: JsonWebKey): JsonWebKey => {
    const { alg, ...others } = key
    return others
  }

  test('RFC 8725 §3.1: an EC key without alg is for its curve', async () => {
    const guard = createGuard({ ...good, clock, keys: { keys: [withoutAlg(jwk)] } })
    await expect(guard.verify(makeToken())).resolves.toMatchObject({ sub: 'account-1' })
  })

  test('RFC 8725 §3.1: an RSA key without alg is for the first RSA algorithm that is allowed, and for no other', () => {
    const onlyRsa = { keys: [withoutAlg(rsa)] }
    expect(start({ keys: onlyRsa, algorithms: ['PS256'] }).state().keys.count).toBe(1)
    expect(() => start({ keys: onlyRsa, algorithms: ['ES256'] })).toThrow(GuardConfigurationError)
  })

  test('a secret as text is base64url, as bytes it is bytes, and both are the same key', async () => {
    for (const given of [secret, Buffer.from(secret, 'base64url')]) {
      const guard = createGuard({ issuer, audience, clock, keys: { secret: given } })
      await expect(guard.verify(signToken())).resolves.toMatchObject({ sub: 'account-1' })
    }
  })
})
