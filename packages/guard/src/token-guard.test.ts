import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { goodClaims, issuerKey, makeToken } from '../testing/bad-tokens.ts'
import { makeRequest, type Sent } from '../testing/make-request.ts'
import { jwksPath, metadataPath, serveIssuer } from '../testing/serve-issuer.ts'
import { audience, issuer, nowSeconds } from '../testing/sign-token.ts'
import { makeSigningKey, signParts } from '../testing/signing-keys.ts'
import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { StandardSchemaV1 } from './claims/standard-schema.ts'
import { createGuard } from './create-guard.ts'
import type { Auth, GuardRequest, Outcome, Refusal, Rule } from './guard.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import type { GuardEvent } from './guard-event.ts'
import type { GuardOptions } from './guard-options.ts'
import { followKeySet } from './keys/follow-key-set.ts'
import { parseOptions } from './parse-options.ts'
import { TokenError } from './token-error.ts'
import { TokenGuard } from './token-guard.ts'
import { VerifiedTokens } from './verified-tokens.ts'

const keys = { keys: [issuerKey.jwk] }
const options = { issuer, audience, keys, clock: () => nowSeconds * 1000 }
const expired = makeToken({ iat: nowSeconds - 300, exp: nowSeconds - 150 })

function bearer(token: string): GuardRequest {
  return makeRequest({ authorization: `Bearer ${token}` })
}

/** Checks with a guard that has its keys, so at once. */
function check(sent: Sent, rule?: Rule, others: Partial<GuardOptions> = {}): Outcome {
  const outcome = createGuard({ ...options, ...others }).check(makeRequest(sent), rule)
  if (outcome instanceof Promise) throw new Error('It had to wait')
  return outcome
}

function getRefusal(outcome: Outcome): Refusal {
  if (outcome.kind !== 'refused') throw new Error(`It was ${outcome.kind}`)
  return outcome.refusal
}

function getAuth(outcome: Outcome): Auth {
  if (outcome.kind !== 'authenticated') throw new Error(`It was ${JSON.stringify(outcome)}`)
  return outcome.auth
}

function summarize(outcome: Outcome): string {
  if (outcome.kind === 'refused') return `${outcome.refusal.status} ${outcome.refusal.code}`
  return outcome.kind === 'anonymous' ? `anonymous: ${outcome.reason}` : outcome.auth.subject
}

const good = makeToken()
const ok = 'account-1'
const missing = '401 token_missing'
const invalid = '401 token_invalid'
const malformed = '400 invalid_request'

describe('where a token is found', () => {
  const everywhere = { locations: { cookie: 'at', query: 'token', body: 'access_token' } }
  const cases: readonly [title: string, sent: Sent, answer: string, others?: Partial<GuardOptions>][] = [
    ['RFC 6750 §2.1: in the Authorization header', { authorization: `Bearer ${good}` }, ok],
    ['RFC 9110 §11.1: the scheme does not distinguish case', { authorization: `bEARER ${good}` }, ok],
    ['RFC 6750 §2.1: several blanks after the scheme', { authorization: `Bearer   ${good}` }, ok],
    ['one header as a list', { authorization: [`Bearer ${good}`] }, ok],
    ['no header at all', {}, missing],
    ['an empty header', { authorization: '' }, missing],
    ['another scheme is no token', { authorization: 'Basic YTpi' }, missing],
    ['RFC 9449 §7.1: DPoP is another scheme', { authorization: `DPoP ${good}` }, missing],
    ['a scheme that begins like ours is another one', { authorization: `BearerX ${good}` }, missing],
    ['a token without a scheme is no token', { authorization: good }, missing],
    ['RFC 6750 §2.1: the scheme alone is malformed', { authorization: 'Bearer' }, malformed],
    ['RFC 6750 §2.1: the scheme and a blank is malformed', { authorization: 'Bearer ' }, malformed],
    ['RFC 6750 §2.1: a tab after the scheme is malformed', { authorization: `Bearer\t${good}` }, malformed],
    ['RFC 6750 §2.1: two tokens in one header are malformed', { authorization: `Bearer ${good} ${good}` }, malformed],
    ['RFC 9110 §5.3: joined headers are malformed', { authorization: `Bearer ${good}, Bearer ${good}` }, malformed],
    ['RFC 9110 §5.3: two headers are malformed', { authorization: [`Bearer ${good}`, `Bearer ${good}`] }, malformed],
    ['RFC 9110 §5.3: so are one of ours and another', { authorization: ['Basic YTpi', `Bearer ${good}`] }, malformed],
    ['two headers of other schemes are no token', { authorization: ['Basic YTpi', 'Digest x'] }, missing],
    ['letters that no token has are malformed', { authorization: 'Bearer tok€n' }, malformed],
    ['a text that may be a token of another kind is invalid', { authorization: 'Bearer opaque+/==' }, invalid],
    ['a cookie only by opt-in', { cookie: `at=${good}` }, missing],
    ['the query only by opt-in', { url: `/?token=${good}` }, missing],
    ['the body only by opt-in', { method: 'POST', body: { access_token: good } }, missing],
    ['RFC 6265 §4.2: in a cookie', { cookie: `a=b; at=${good}; c=d` }, ok, everywhere],
    ['in one of several cookie headers', { cookie: ['a=b', `at=${good}`] }, ok, everywhere],
    ['a cookie of a longer name is another one', { cookie: `xat=${good}; at2=${good}` }, missing, everywhere],
    ['two cookies of the name are malformed', { cookie: `at=${good}; at=${good}` }, malformed, everywhere],
    ['RFC 6750 §2.3: in the query', { url: `/x?a=b&token=${good}` }, ok, everywhere],
    ['an empty parameter is as none', { url: '/x?token=' }, missing, everywhere],
    ['a repeated parameter is malformed', { url: `/x?token=${good}&token=${good}` }, malformed, everywhere],
    ['a query token in foreign letters is invalid', { url: '/x?token=%E2%82%AC' }, invalid, everywhere],
    ['RFC 6750 §2.2: in the body', { method: 'POST', body: { access_token: good } }, ok, everywhere],
    ['RFC 6750 §2.2: not in the body of a GET', { body: { access_token: good } }, missing, everywhere],
    ['a body that is no object has no token', { method: 'POST', body: good }, missing, everywhere],
    ['a member of all objects is no token', { method: 'POST', body: {} }, missing, { locations: { body: 'toString' } }],
    ['a number in the body is malformed', { method: 'POST', body: { access_token: 1 } }, malformed, everywhere],
    [
      'a list in the body is malformed',
      { method: 'POST', body: { access_token: [good, good] } },
      malformed,
      everywhere,
    ],
    [
      'Basic beside a cookie is none of our business',
      { authorization: 'Basic YTpi', cookie: `at=${good}` },
      ok,
      everywhere,
    ],
    [
      'header and cookie are two places',
      { authorization: `Bearer ${good}`, cookie: `at=${good}` },
      malformed,
      everywhere,
    ],
    [
      'header and query are two places',
      { authorization: `Bearer ${good}`, url: `/?token=${good}` },
      malformed,
      everywhere,
    ],
    ['cookie and query are two places', { cookie: `at=${good}`, url: `/?token=${good}` }, malformed, everywhere],
    [
      'query and body are two places',
      { method: 'POST', url: `/?token=${good}`, body: { access_token: good } },
      malformed,
      everywhere,
    ],
    [
      'the header can be switched off',
      { authorization: `Bearer ${good}` },
      missing,
      { locations: { header: false, cookie: 'at' } },
    ],
  ]
  test.each(cases)('%s', (_title, sent, answer, others) => {
    expect(summarize(check(sent, undefined, others))).toBe(answer)
  })
})

describe('what is answered', () => {
  const cases: readonly [title: string, outcome: () => Outcome, status: number, challenge: string, body: unknown][] = [
    [
      'RFC 6750 §3.1: no token, so no error code',
      () => check({}),
      401,
      'Bearer realm="api"',
      { error: 'token_missing', error_description: 'Token is missing' },
    ],
    [
      'RFC 6750 §3.1: an expired token',
      () => check({ authorization: `Bearer ${expired}` }),
      401,
      'Bearer error="invalid_token", error_description="Token has expired"',
      { error: 'token_expired', error_description: 'Token has expired' },
    ],
    [
      'RFC 6750 §3.1: an invalid token',
      () => check({ authorization: 'Bearer x' }),
      401,
      'Bearer error="invalid_token", error_description="Token is invalid"',
      { error: 'token_invalid', error_description: 'Token is invalid' },
    ],
    [
      'RFC 6750 §3.1: too small a scope',
      () => check({ authorization: `Bearer ${good}` }, { scope: 'orders:read admin' }),
      403,
      'Bearer error="insufficient_scope", error_description="Token lacks a required scope", scope="orders:read admin"',
      { error: 'insufficient_scope', error_description: 'Token lacks a required scope' },
    ],
    [
      'RFC 6750 §3.1: a malformed request',
      () => check({ authorization: 'Bearer' }),
      400,
      'Bearer error="invalid_request", error_description="Token is malformed or sent in more than one place"',
      { error: 'invalid_request', error_description: 'Token is malformed or sent in more than one place' },
    ],
  ]
  test.each(cases)('%s', (_title, outcome, status, challenge, body) => {
    const refusal = getRefusal(outcome())
    expect(refusal).toMatchObject({ status, headers: { 'WWW-Authenticate': challenge }, body })
  })

  test('the answer is the same whatever check failed; the log is told which, and never the token', () => {
    const events: GuardEvent[] = []
    const others = { log: (event: GuardEvent) => events.push(event) }
    const tokens = [
      makeToken({ iss: 'https://other.example.com' }),
      makeToken({ aud: 'x' }),
      `${good.slice(0, -8)}AAAAAAAA`,
    ]
    const refusals = tokens.map((token) => getRefusal(check({ authorization: `Bearer ${token}` }, undefined, others)))
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1)
    expect(events).toMatchObject([
      {
        type: 'refused',
        code: 'token_invalid',
        detail: { check: 'issuer', expected: `iss to be "${issuer}"`, got: '"https://other.example.com"' },
      },
      { type: 'refused', code: 'token_invalid', detail: { check: 'audience', got: '"x"' } },
      { type: 'refused', code: 'token_invalid', detail: { check: 'signature' } },
    ])
    for (const token of tokens) expect(JSON.stringify(events)).not.toContain(token.split('.')[2])
  })

  test('the log is told how far the clocks are apart', () => {
    const events: GuardEvent[] = []
    check({ authorization: `Bearer ${expired}` }, undefined, { log: (event) => events.push(event) })
    expect(events).toMatchObject([{ code: 'token_expired', detail: { check: 'expiry', secondsOff: 135 } }])
  })

  test('what comes from outside is quoted and cut before it is logged', () => {
    const events: GuardEvent[] = []
    const token = makeToken({}, { alg: `\r\n\u001b[31m${'x'.repeat(1_000)}` })
    check({ authorization: `Bearer ${token}` }, undefined, { log: (event) => events.push(event) })
    const [event] = events
    expect(event?.type === 'refused' && /^[\x20-\x7e]{1,130}$/.test(event.detail?.got ?? '')).toBe(true)
  })

  test('a log that throws changes no answer', () => {
    const log = (): never => {
      throw new Error('disk full')
    }
    expect(summarize(check({}, undefined, { log }))).toBe(missing)
    expect(summarize(check({ authorization: `Bearer ${good}` }, undefined, { log }))).toBe(ok)
  })

  test('a log that rejects, and a fetch that rejects with nothing, are no unhandled rejections: these would end the API', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const log = async () => {
      throw new Error('disk full')
    }
    expect(summarize(check({}, undefined, { log }))).toBe(missing)
    const guard = createGuard({ issuer, audience, fetch: () => Promise.reject() })
    await expect(guard.verify(good)).rejects.toMatchObject({ code: 'keys_unavailable' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    guard.close()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})

describe('shapeRefusal', () => {
  test('changes what it names, and keeps the rest', () => {
    const shapeRefusal = ({ message }: Refusal): { body: unknown } => ({ body: { 'Alert!': message } })
    const refusal = getRefusal(check({}, undefined, { shapeRefusal }))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing', body: { 'Alert!': 'Token is missing' } })
    expect(refusal.headers).toEqual({ 'WWW-Authenticate': 'Bearer realm="api"' })
  })

  test('RFC 9110 §5.1: its headers take the place of ours, whatever their case', () => {
    const shapeRefusal = (): { status: number; headers: Record<string, string> } => ({
      status: 404,
      headers: { 'www-authenticate': 'Basic', 'X-Why': 'because' },
    })
    const refusal = getRefusal(check({}, undefined, { shapeRefusal }))
    expect(refusal).toMatchObject({ status: 404, headers: { 'www-authenticate': 'Basic', 'x-why': 'because' } })
    expect(Object.keys(refusal.headers)).toHaveLength(2)
  })

  test('RFC 9110 §5.5: no value can end its line, and no name can hold one', () => {
    const shapeRefusal = (_: Refusal, { url }: GuardRequest): { headers: Record<string, string> } => ({
      headers: { 'X-Url': url, 'X-\r\nSet-Cookie': 'a=b', 'X Y': 'z' },
    })
    const outcome = check({ url: '/\r\nSet-Cookie: a=b\0é' }, undefined, { shapeRefusal })
    expect(getRefusal(outcome).headers).toEqual({
      'www-authenticate': 'Bearer realm="api"',
      'x-url': '/ Set-Cookie: a=b',
    })
  })

  test('what it throws reaches the top: the request does not pass', () => {
    const shapeRefusal = (): never => {
      throw new Error('broken hook')
    }
    expect(() => check({}, undefined, { shapeRefusal })).toThrow('broken hook')
  })
})

describe('rules', () => {
  const authorization = `Bearer ${good}`
  const scopes: readonly [title: string, rule: Rule, answer: string][] = [
    ['one scope', { scope: 'orders:read' }, ok],
    ['all of a text', { scope: 'orders:read orders:write' }, ok],
    ['all of a list', { scope: ['orders:read', 'orders:write'] }, ok],
    ['not all', { scope: ['orders:read', 'admin'] }, '403 insufficient_scope'],
    ['one of', { anyScope: ['admin', 'orders:write'] }, ok],
    ['none of', { anyScope: ['admin', 'root'] }, '403 insufficient_scope'],
    ['all of and one of', { scope: 'orders:read', anyScope: ['admin', 'orders:write'] }, ok],
    ['all of but none of', { scope: 'orders:read', anyScope: ['admin'] }, '403 insufficient_scope'],
    ['RFC 6749 §3.3: scopes distinguish case', { scope: 'Orders:read' }, '403 insufficient_scope'],
    ['a part of a scope is not it', { scope: 'orders' }, '403 insufficient_scope'],
    ['optional or not, a token must have the scope', { scope: 'admin', optional: true }, '403 insufficient_scope'],
  ]
  test.each(scopes)('scopes: %s', (_title, rule, answer) => {
    expect(summarize(check({ authorization }, rule))).toBe(answer)
  })

  test('RFC 9068 §2.2.3: a token without scope has none', () => {
    const outcome = check({ authorization: `Bearer ${makeToken({ scope: undefined })}` }, { scope: 'orders:read' })
    expect(summarize(outcome)).toBe('403 insufficient_scope')
  })

  const tokens = { absent: undefined, expired: `Bearer ${expired}`, invalid: 'Bearer x' }
  const policies: readonly [optional: Rule['optional'], absent: string, expired: string, invalid: string][] = [
    [undefined, missing, '401 token_expired', invalid],
    [false, missing, '401 token_expired', invalid],
    [true, 'anonymous: absent', '401 token_expired', invalid],
    [{}, missing, '401 token_expired', invalid],
    [{ absent: 'allow' }, 'anonymous: absent', '401 token_expired', invalid],
    [{ expired: 'allow' }, missing, 'anonymous: expired', invalid],
    [{ invalid: 'allow' }, missing, '401 token_expired', 'anonymous: invalid'],
    [{ absent: 'allow', expired: 'allow', invalid: 'refuse' }, 'anonymous: absent', 'anonymous: expired', invalid],
  ]
  test.each(policies)('optional %j is three policies', (optional, ...answers) => {
    const rule = optional === undefined ? {} : { optional }
    const [absent, late, wrong] = Object.values(tokens).map((header) =>
      summarize(check(header === undefined ? {} : { authorization: header }, rule)),
    )
    expect([absent, late, wrong]).toEqual(answers)
  })

  test('a malformed request is refused, whatever is optional', () => {
    const optional = { absent: 'allow', expired: 'allow', invalid: 'allow' } as const
    expect(summarize(check({ authorization: 'Bearer' }, { optional }))).toBe(malformed)
  })

  const wrong: readonly [title: string, rule: unknown][] = [
    ['a fresh without a unit', { fresh: '5' }],
    ['a fresh of two units', { fresh: '1h30m' }],
    ['an empty fresh', { fresh: '' }],
    ['a fresh that is no text', { fresh: { toString: 1 } }],
    ['an empty acr', { acr: '' }],
    ['no method', { amr: [] }],
    ['an empty scope', { scope: '' }],
    ['no scopes', { scope: [] }],
    ['none of any', { anyScope: [] }],
    ['a quote, which would end the challenge', { scope: 'a"b' }],
    ['a line end', { scope: ['a\r\nSet-Cookie: x'] }],
    ['a scope that is no text', { scope: [1] }],
    ['anyScope as text of two', { anyScope: 7 }],
    ['a misspelt member', { scopes: 'a' }],
    ['a misspelt policy', { optional: { absent: 'yes' } }],
    ['a misspelt reason', { optional: { missing: 'allow' } }],
  ]
  test.each(wrong)('a rule with %s is refused', (_title, rule) => {
    expect(() => check({}, rule as Rule)).toThrow(GuardConfigurationError)
  })
})

describe('who calls', () => {
  test('is told by claims, subject, client, session and scopes', () => {
    const auth = getAuth(check({ authorization: `Bearer ${makeToken({ sid: 's-1' })}` }))
    expect(auth).toMatchObject({ subject: 'account-1', clientId: 'tutorial', sessionId: 's-1', claims: goodClaims })
    expect([...auth.scopes]).toEqual(['orders:read', 'orders:write'])
  })

  test('is frozen, since all requests with the token share it', () => {
    const auth = getAuth(check({ authorization: `Bearer ${makeToken({ roles: { admin: false } })}` }))
    expect(() => Object.assign(auth.claims, { sub: 'other' })).toThrow(TypeError)
    expect(() => Object.assign(auth.claims.roles as object, { admin: true })).toThrow(TypeError)
    expect(() => Object.assign(auth, { subject: 'other' })).toThrow(TypeError)
    for (const change of [
      (set: Set<string>) => set.add('admin'),
      (set: Set<string>) => set.delete('a'),
      (set: Set<string>) => set.clear(),
    ]) {
      expect(() => change(auth.scopes as Set<string>)).toThrow(TypeError)
    }
  })

  test('can be logged without giving the token away', () => {
    const auth = getAuth(check({ authorization: `Bearer ${good}` }))
    expect(auth.token).toBe(good)
    expect(JSON.stringify({ ...auth, auth })).not.toContain(good)
  })
})

describe('verify', () => {
  const guard = createGuard(options)
  const refused: readonly [title: string, token: unknown, code: string][] = [
    ['nothing', '', 'token_missing'],
    ['no text', undefined, 'token_missing'],
    ['garbage', 'x', 'token_invalid'],
    ['an expired token', expired, 'token_expired'],
  ]
  test.each(refused)('rejects %s with a code', async (_title, token, code) => {
    await expect(guard.verify(token as string)).rejects.toMatchObject({ name: 'TokenError', code })
  })

  test('resolves to the claims, and may be handed on without its guard', async () => {
    const { verify, check: checkAlone } = guard
    await expect(verify(good)).resolves.toEqual(goodClaims)
    expect(checkAlone(bearer(good))).toMatchObject({ kind: 'authenticated' })
  })

  test('a TokenError says no more in public than the answer does', async () => {
    const error = await guard.verify('x').catch((caught: unknown) => caught)
    expect(error instanceof TokenError && [error.message, error.reason?.check]).toEqual(['Token is invalid', 'form'])
  })
})

describe('a schema of claims', () => {
  interface WithRoles extends AccessTokenClaims {
    readonly roles: readonly string[]
  }
  const schema: StandardSchemaV1<unknown, WithRoles> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const claims = value as AccessTokenClaims
        if (!Array.isArray(claims.roles)) return { issues: [{ message: 'must be a list', path: [{ key: 'roles' }] }] }
        return { value: { ...claims, roles: claims.roles.map(String) } }
      },
    },
  }

  test('gives the type and the run-time check', async () => {
    const claims = await createGuard({ ...options, claims: schema }).verify(makeToken({ roles: [1] }))
    const roles: readonly string[] = claims.roles
    expect(roles).toEqual(['1'])
  })

  test('a token that does not fit is invalid, and the log says why', async () => {
    const verifying = createGuard({ ...options, claims: schema }).verify(good)
    await expect(verifying).rejects.toMatchObject({
      code: 'token_invalid',
      reason: { check: 'schema', got: '[{"message":"must be a list","path":[{"key":"roles"}]}]' },
    })
  })

  test('an issue that is no JSON refuses the token all the same', async () => {
    // As zod says it of `z.coerce.bigint().min(5n)`.
    const issues = [{ code: 'too_small', minimum: 5n, message: 'Too small' }]
    const limit: StandardSchemaV1<unknown, AccessTokenClaims> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) },
    }
    const verifying = createGuard({ ...options, claims: limit }).verify(good)
    await expect(verifying).rejects.toMatchObject({ code: 'token_invalid', reason: { check: 'schema' } })
  })

  test.each<[string, (value: unknown) => unknown]>([
    ['a promise', async (value) => ({ value })],
    ['a promise of another realm', (value) => runInNewContext('Promise.resolve({ value })', { value })],
  ])('one that answers later, by %s, is a mistake of configuration, and nobody passes', (_, validate) => {
    const later = { '~standard': { version: 1, vendor: 'test', validate } } as StandardSchemaV1<
      never,
      AccessTokenClaims
    >
    expect(() => createGuard({ ...options, claims: later }).check(bearer(good))).toThrow(GuardConfigurationError)
  })
})

describe('verified tokens are remembered', () => {
  test('a hit gives the same answer and counts', () => {
    const guard = createGuard(options)
    const first = guard.check(bearer(good))
    expect(guard.check(bearer(good))).toBe(first)
    expect(guard.state().cache).toEqual({ size: 1, hits: 1, misses: 1 })
  })

  test('RFC 7519 §4.1.4: until they expire by the clock, even a clock that goes back', () => {
    let now = nowSeconds * 1000
    const guard = createGuard({ ...options, clock: () => now })
    const answers = [0, 164_999, 165_000, 10_000, -15_001].map((offset) => {
      now = nowSeconds * 1000 + offset
      return summarize(guard.check(bearer(good)) as Outcome)
    })
    expect(answers).toEqual([ok, ok, '401 token_expired', ok, invalid])
  })

  test('fast-jwt GHSA-rp9m-7r4c-75qg: by the whole token, so a change of any part is another token', () => {
    const guard = createGuard(options)
    void guard.check(bearer(good))
    for (let at = 0; at < good.length; at += 1) {
      const changed = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1)
      expect(summarize(guard.check(bearer(changed)) as Outcome)).toBe(invalid)
    }
    expect(guard.state().cache.size).toBe(1)
  })

  test('each rule is asked anew', () => {
    const guard = createGuard(options)
    void guard.check(bearer(good))
    expect(summarize(guard.check(bearer(good), { scope: 'admin' }) as Outcome)).toBe('403 insufficient_scope')
  })

  test('no more than cacheSize, and those in use stay', () => {
    const guard = createGuard({ ...options, cacheSize: 10 })
    const tokens = Array.from({ length: 40 }, (_, i) => makeToken({ jti: `t-${i}` }))
    const [favourite = ''] = tokens
    for (const token of tokens) {
      void guard.check(bearer(token))
      void guard.check(bearer(favourite))
    }
    expect(guard.state().cache).toEqual({ size: 10, hits: 40, misses: 40 })
  })

  test('0 remembers none', () => {
    const guard = createGuard({ ...options, cacheSize: 0 })
    void guard.check(bearer(good))
    void guard.check(bearer(good))
    expect(guard.state().cache).toEqual({ size: 0, hits: 0, misses: 2 })
  })
})

describe('an issuer that is followed', () => {
  const second = makeSigningKey('EdDSA', 'second')

  function follow(url: string, others: Partial<GuardOptions> = {}): ReturnType<typeof createGuard> {
    return createGuard({ issuer: url, audience, clock: options.clock, ...others })
  }

  test('the first request waits for the keys, later ones are answered at once', async () => {
    await using served = await serveIssuer([issuerKey.jwk])
    const guard = follow(served.url)
    const token = makeToken({ iss: served.url })
    const first = guard.check(bearer(token))
    expect(first).toBeInstanceOf(Promise)
    expect(summarize(await first)).toBe(ok)
    expect(summarize(guard.check(bearer(token)) as Outcome)).toBe(ok)
    expect(guard.state().keys).toMatchObject({ count: 1, lastError: undefined })
  })

  test('"I can’t check" is 503 with Retry-After and no challenge, never 401, whatever is optional', async () => {
    await using served = await serveIssuer([])
    served.answers.set(metadataPath, { status: 500 })
    const guard = follow(served.url)
    const optional = { absent: 'allow', expired: 'allow', invalid: 'allow' } as const
    const refusal = getRefusal(await guard.check(bearer(good), { optional }))
    expect(refusal).toMatchObject({ status: 503, code: 'keys_unavailable', headers: { 'Retry-After': '1' } })
    expect(Object.keys(refusal.headers)).toEqual(['Retry-After'])
    await expect(guard.verify(good)).rejects.toMatchObject({ code: 'keys_unavailable' })
    expect(summarize(guard.check(makeRequest({})) as Outcome)).toBe(missing)
  })

  test('an unknown kid is invalid while the keys are fresh, and 503 while fetching fails', async () => {
    await using served = await serveIssuer([issuerKey.jwk])
    const guard = follow(served.url)
    await guard.check(bearer(makeToken({ iss: served.url })))
    const header = { alg: 'EdDSA', typ: 'at+jwt', kid: 'second' }
    const token = signParts(header, { ...goodClaims, iss: served.url }, second)
    expect(summarize(await guard.check(bearer(token)))).toBe(invalid)
  })

  test('a kid that is removed stops verifying at the next refresh, remembered tokens included', async () => {
    await using served = await serveIssuer([issuerKey.jwk])
    let elapsed = 0
    const settings = parseOptions<AccessTokenClaims>({ issuer: served.url, audience, clock: options.clock })
    const tokens = new VerifiedTokens<AccessTokenClaims>(10)
    const source = followKeySet({
      ...settings,
      ...settings.policy,
      changed: () => tokens.clear(),
      monotonic: () => elapsed,
    })
    const guard = new TokenGuard(settings, source, tokens)
    const token = bearer(makeToken({ iss: served.url }))
    expect([summarize(await guard.check(token)), summarize(await guard.check(token))]).toEqual([ok, ok])
    served.answers.set(jwksPath, { body: { keys: [second.jwk] } })
    elapsed = 301_000
    expect(summarize(await guard.check(token))).toBe(invalid)
    expect(guard.state().cache).toEqual({ size: 0, hits: 1, misses: 2 })
  })

  test('keys that can’t be confirmed for too long stop remembered tokens too, with 503', async () => {
    await using served = await serveIssuer([issuerKey.jwk])
    let elapsed = 0
    const settings = parseOptions<AccessTokenClaims>({ issuer: served.url, audience, clock: options.clock })
    const tokens = new VerifiedTokens<AccessTokenClaims>(10)
    const source = followKeySet({
      ...settings,
      ...settings.policy,
      changed: () => tokens.clear(),
      monotonic: () => elapsed,
    })
    const guard = new TokenGuard(settings, source, tokens)
    const token = bearer(makeToken({ iss: served.url }))
    await guard.check(token)
    served.answers.set(jwksPath, { status: 500 })
    elapsed = 301_000
    expect(summarize(await guard.check(token))).toBe(ok)
    const newKid = bearer(signParts({ alg: 'EdDSA', typ: 'at+jwt', kid: 'second' }, goodClaims, second))
    expect(summarize(await guard.check(newKid))).toBe('503 keys_unavailable')
    elapsed = 3_901_000
    expect(summarize(await guard.check(token))).toBe('503 keys_unavailable')
  })
})
