import fc from 'fast-check'
import { expect } from 'vitest'
import { readBody } from '../packages/guard/src/adapters/read-body.ts'
import { verifyAccessToken } from '../packages/guard/src/claims/verify-access-token.ts'
import { createGuard } from '../packages/guard/src/create-guard.ts'
import { hasDpopScheme } from '../packages/guard/src/dpop/find-dpop-token.ts'
import { normalizeTargetUri } from '../packages/guard/src/dpop/normalize-target-uri.ts'
import { ProofKeys } from '../packages/guard/src/dpop/proof-keys.ts'
import { verifyProof } from '../packages/guard/src/dpop/verify-proof.ts'
import { explainToken } from '../packages/guard/src/explain/explain-token.ts'
import type { GuardRequest } from '../packages/guard/src/guard.ts'
import { GuardConfigurationError } from '../packages/guard/src/guard-configuration-error.ts'
import { asymmetricAlgorithms } from '../packages/guard/src/jws/algorithm.ts'
import { decodeBase64url } from '../packages/guard/src/jws/base64url.ts'
import { parseJsonObject } from '../packages/guard/src/jws/parse-json-object.ts'
import { quote } from '../packages/guard/src/jws/quote.ts'
import { splitCompact } from '../packages/guard/src/jws/split-compact.ts'
import { importKeySet } from '../packages/guard/src/keys/import-key-set.ts'
import { findToken, isCredentials } from '../packages/guard/src/request/find-token.ts'
import { parseRule } from '../packages/guard/src/request/parse-rule.ts'
import { goodClaims, issuerKey, makeToken } from '../packages/guard/testing/bad-tokens.ts'
import { createClientKey, signProof } from '../packages/guard/testing/sign-proof.ts'
import { audience, issuer, nowSeconds } from '../packages/guard/testing/sign-token.ts'
import { makeSigningKey, signParts } from '../packages/guard/testing/signing-keys.ts'
import { bytesLike, hostileJson, hostileText, mutatedObject, nest, textLike } from './hostile.ts'
import { fuzz, inBoundedTime, orItsError, PlainError } from './property.ts'

const now = nowSeconds * 1000
const policy = { issuer, audience, algorithms: asymmetricAlgorithms, type: 'at+jwt', leewaySeconds: 15 }
const { keySet } = importKeySet({ keys: [issuerKey.jwk] }, asymmetricAlgorithms)
const good = makeToken()
const verify = (token: string) => verifyAccessToken(token, keySet, policy, now)

fuzz(
  'base64url',
  'what is decoded is what encoding gives, and nothing else is',
  textLike('AAAA', 'aGk', '_-8', good),
  (text) => {
    const bytes = inBoundedTime(() => decodeBase64url(text))
    expect(bytes === undefined || bytes.toString('base64url') === text).toBe(true)
  },
)

fuzz(
  'compact JWS',
  'the parts joined by dots are the token, whole and within the bound',
  textLike(good, 'a.b.c', 'a..c'),
  (text) => {
    const parts = inBoundedTime(() => splitCompact(text))
    if (parts.ok) expect([parts.header, parts.payload, parts.signature].join('.')).toBe(text)
    else expect(parts.failure.check).toBe('form')
  },
)

fuzz(
  'JSON of a token',
  'an object or undefined, of any bytes',
  bytesLike(JSON.stringify(goodClaims), '{"a":[{}]}'),
  (bytes) => {
    const value = inBoundedTime(() => parseJsonObject(bytes))
    if (value !== undefined) expect(value).toEqual(JSON.parse(bytes.toString()))
  },
)

fuzz(
  'quoting for a log',
  'one short line of characters that can be seen',
  fc.oneof(hostileJson, hostileText),
  (value) => {
    const quoted = inBoundedTime(() => quote(value))
    expect(quoted.length).toBeLessThanOrEqual(123)
    expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  },
)

fuzz(
  'access token',
  'RFC 8725bis §3.1: no other text than the one that was signed is accepted',
  textLike(good),
  (text) => {
    expect(inBoundedTime(() => verify(text)).ok).toBe(text === good)
  },
)

const signedHeader = mutatedObject(
  { alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid },
  'crit',
  'b64',
  'jwk',
  'jku',
  'x5c',
)
const signedClaims = mutatedObject(goodClaims, 'nbf', 'sid', 'amr', 'auth_time', 'cnf', 'act', 'roles', 'org_id')

fuzz(
  'access token',
  'whatever its issuer signs is accepted, or refused with a reason',
  fc.tuple(signedHeader, signedClaims),
  ([header, claims]) => {
    const verified = inBoundedTime(() => verify(signParts(header, claims, issuerKey)))
    if (!verified.ok) return void expect(verified.failure.got.length).toBeLessThan(400)
    // RFC 9068 §4, of what was accepted.
    expect(verified.claims.iss).toBe(issuer)
    expect([verified.claims.aud].flat()).toContain(audience)
    expect([typeof verified.claims.exp, typeof verified.claims.iat]).toEqual(['number', 'number'])
    expect(verified.claims.exp).toBeGreaterThan(nowSeconds - 15)
  },
)

fuzz(
  'access token',
  'deep JSON in header and claims refuses a token and breaks nothing',
  fc.tuple(fc.integer({ min: 1, max: 4_050 }), fc.constantFrom('header', 'claims'), fc.constantFrom(undefined, 'a')),
  async ([depth, where, member]) => {
    const deep = nest(member === undefined ? depth : Math.ceil(depth / 3), member)
    const [header, claims] =
      where === 'header'
        ? [{ alg: deep }, goodClaims]
        : [
            { alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid },
            { ...goodClaims, jti: 'deep', extra: deep },
          ]
    const guard = createGuard({ issuer, audience, keys: { keys: [issuerKey.jwk] }, clock: () => now })
    const token = signParts(header, claims, issuerKey)
    const outcome = await guard.check({
      method: 'GET',
      url: '/',
      header: (name) => (name === 'authorization' ? `Bearer ${token}` : undefined),
      body: undefined,
    })
    expect(['authenticated', 'refused']).toContain(outcome.kind)
  },
  { runs: 60 },
)

const explaining = { issuer, audience, keys: { keys: [issuerKey.jwk] }, clock: () => now }
fuzz(
  'explained token',
  'says of every text what is wrong with it, as the verifier does',
  fc.oneof(
    textLike(good),
    fc.tuple(signedHeader, signedClaims).map(([header, claims]) => signParts(header, claims, issuerKey)),
  ),
  async (text) => {
    const explained = await explainToken(text, explaining)
    expect(explained.accepted).toBe(verify(text).ok)
  },
  { runs: 150 },
)

const locations = { header: true, cookie: 'token', query: 'access_token', body: 'access_token' } as const
const request: fc.Arbitrary<GuardRequest> = fc
  .record({
    authorization: fc.oneof(
      textLike(`Bearer ${good}`, `DPoP ${good}`, 'Basic eDp5'),
      fc.array(textLike(`Bearer ${good}`, 'Basic eDp5'), { maxLength: 3 }),
      fc.constant(undefined),
    ),
    cookie: fc.option(textLike(`a=b; token=${good}`, 'token=', 'token=a; token=b'), { nil: undefined }),
    url: textLike('/orders?access_token=abc', '/?access_token=a&access_token=b', '/'),
    body: fc.oneof(mutatedObject({ access_token: good }), hostileJson),
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'PATCH'),
  })
  .map(({ authorization, cookie, url, body, method }) => ({
    method,
    url,
    body,
    header: (name: string) => (({ authorization, cookie }) as Record<string, string | string[] | undefined>)[name],
  }))

fuzz(
  'token of a request',
  'RFC 6750 §2: none, exactly one that stands in the request, or a sentence for the log',
  request,
  (asked) => {
    const found = inBoundedTime(() => findToken(asked, locations))
    inBoundedTime(() => hasDpopScheme(asked))
    if (found?.ok === false) return void expect(found.sentence).toMatch(/^(several tokens|no text in the \w+)$/)
    if (found !== undefined) inBoundedTime(() => isCredentials(found.token))
    const sources = [
      asked.header('authorization'),
      asked.header('cookie'),
      decodeURIComponentOrText(asked.url),
      asked.body,
    ]
    if (found !== undefined && found.place !== 'query')
      expect(JSON.stringify(sources)).toContain(JSON.stringify(found.token).slice(1, -1))
  },
)

function decodeURIComponentOrText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

fuzz(
  'decision of the guard',
  'one of three outcomes for any request, and a challenge of one line',
  request,
  async (asked) => {
    const outcome = await decided.check(asked, { scope: 'orders:read' })
    if (outcome.kind !== 'refused') return void expect(outcome.kind).toBe('authenticated')
    for (const value of Object.values(outcome.refusal.headers)) expect(value).toMatch(/^[\x20-\x7e]+$/)
  },
)
const decided = createGuard({ issuer, audience, keys: { keys: [issuerKey.jwk] }, clock: () => now, locations })

fuzz(
  'rule of a route',
  'is taken, or refused as a wrong configuration',
  mutatedObject(
    { scope: 'a b', fresh: '5m', optional: { expired: 'allow' }, anyRole: ['x'], acr: 'mfa' },
    'permission',
    'amr',
    'strict',
    'organization',
    'impersonated',
  ),
  (rule) => {
    orItsError(() => parseRule(rule), GuardConfigurationError)
  },
)

fuzz(
  'options of the guard',
  'are taken, or refused as a wrong configuration',
  mutatedObject(
    {
      issuer,
      audience,
      keys: { keys: [issuerKey.jwk] },
      leewaySeconds: 5,
      cacheSize: 10,
      locations: { cookie: 'a' },
      algorithms: ['ES256'],
      feed: false,
    },
    'dpop',
    'schema',
    'clock',
    'log',
  ),
  (options) => {
    orItsError(() => createGuard(options as never), GuardConfigurationError)?.close()
  },
)

fuzz(
  'body of a request',
  'a form or JSON, or undefined',
  fc.tuple(
    fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'Application/JSON ; charset=x',
      'text/plain',
    ),
    bytesLike('access_token=a&b=c', '{"access_token":"a"}', '__proto__=x'),
  ),
  async ([type, body]) => {
    await readBody(
      new Request('https://api.example.com/', {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': type },
      }),
    )
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  },
  { runs: 150 },
)

const goodKeys = (['ES256', 'EdDSA', 'RS256'] as const).map((alg) => makeSigningKey(alg).jwk)
const jwks = fc
  .array(fc.oneof(...goodKeys.map((jwk) => mutatedObject(jwk, 'd', 'use', 'key_ops', 'kid'))), { maxLength: 3 })
  .map((keys) => ({ keys }))

fuzz(
  'JWKS document',
  'RFC 7517 §5: its good keys are taken, others are ignored with a reason, and a wrong set is refused by a sentence',
  fc.oneof(jwks, mutatedObject({ keys: goodKeys }), hostileJson),
  (document) => {
    const imported = orItsError(() => importKeySet(document, asymmetricAlgorithms), PlainError)
    for (const { names, signatureBytes } of imported?.keySet.keys ?? []) {
      expect(names.length).toBeGreaterThan(0)
      expect(signatureBytes).toBeGreaterThanOrEqual(64)
    }
  },
)

const target = `${audience}/guarded`
fuzz(
  'htu',
  'RFC 9449 §4.3: normalized once is normalized for good, and what WHATWG calls another origin is another',
  textLike(target, 'HTTP://API.example.com:80/%7ea/../b?x#y', 'https://[::1]:443/%c3%a9'),
  (text) => {
    const normal = inBoundedTime(() => normalizeTargetUri(text))
    if (normal === undefined) return
    expect(normalizeTargetUri(normal)).toBe(normal)
    expect(new URL(normal).origin).toBe(new URL(text).origin)
    expect(normal).not.toMatch(/[?#\s]/)
  },
)

const clientKey = createClientKey()
const proof = signProof(clientKey, good)
const asked = { method: 'GET', targets: [target], token: good, now }
fuzz('DPoP proof', 'no other text than the one that was signed is a proof', textLike(proof), (text) => {
  expect(inBoundedTime(() => verifyProof(text, asked, new ProofKeys())).ok).toBe(text === proof)
})

fuzz(
  'DPoP proof',
  'RFC 9449 §4.3: whatever is signed is for this request, or refused by a sentence',
  fc.tuple(
    mutatedObject({ jti: 'a', htm: 'GET', htu: target, iat: nowSeconds }, 'ath', 'nonce', 'exp'),
    mutatedObject({ typ: 'dpop+jwt', alg: 'ES256', jwk: clientKey.jwk }, 'crit', 'kid'),
  ),
  ([claims, header]) => {
    const verified = inBoundedTime(() =>
      verifyProof(signProof(clientKey, good, claims, header), asked, new ProofKeys()),
    )
    if (!verified.ok) return void expect(verified.sentence.length).toBeLessThan(600)
    expect(verified.jkt).toBe(clientKey.jkt)
    expect(claims).toMatchObject({ htm: 'GET' })
  },
)
