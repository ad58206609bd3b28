import { describe, expect, test } from 'vitest'
import { badTokens, goodClaims, issuerKey, makeToken } from '../../testing/bad-tokens.ts'
import { jwksPath, serveIssuer } from '../../testing/serve-issuer.ts'
import { audience, issuer, nowSeconds } from '../../testing/sign-token.ts'
import { makeSigningKey, signParts } from '../../testing/signing-keys.ts'
import { createGuard } from '../create-guard.ts'
import { explainToken } from '../explain/explain-token.ts'
import type { Algorithm } from '../jws/algorithm.ts'
import { headerChecks } from '../jws/header-checks.ts'
import { TokenError } from '../token-error.ts'
import { claimChecks } from './claim-checks.ts'

const options = { issuer, audience, keys: { keys: [issuerKey.jwk] }, clock: () => nowSeconds * 1000 }

async function findRefusal(token: string): Promise<TokenError> {
  return createGuard(options)
    .verify(token)
    .then(
      () => Promise.reject(new Error('The token was accepted')),
      (error: unknown) => (error instanceof TokenError ? error : Promise.reject(error)),
    )
}

describe('a bad token', () => {
  test('whose payload can’t be read is told so', async () => {
    const token = signParts({ alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid }, 'foo', issuerKey)
    const { reason } = await findRefusal(token)
    expect(reason).toEqual({ check: 'claims', expected: 'a JSON object in UTF-8', got: 'something else' })
  })

  test.each(badTokens)('$title', async ({ token, check }) => {
    const { code, reason } = await findRefusal(token)
    expect({ code, check: reason?.check }).toEqual({
      code: check === 'expiry' ? 'token_expired' : 'token_invalid',
      check,
    })
    expect(JSON.stringify(reason)).not.toContain(token)
  })

  test.each(badTokens)('is explained: $title', async ({ token, check }) => {
    const { accepted, checks } = await explainToken(token, options)
    expect(accepted).toBe(false)
    expect(checks.find(({ ok }) => ok === false)?.check).toBe(check)
  })

  test('every check of the verifier has a token that it refuses', () => {
    const names = [...headerChecks, ...claimChecks].map(({ name }) => name)
    expect(new Set(badTokens.map(({ check }) => check))).toEqual(new Set([...names, 'form', 'signature']))
  })
})

const goodTokens: readonly { title: string; token: string }[] = [
  { title: 'RFC 9068 §2: a JWT access token', token: makeToken() },
  { title: 'RFC 9068 §4: typ with its application/ prefix', token: makeToken({}, { typ: 'application/at+jwt' }) },
  { title: 'RFC 7515 §4.1.9: typ in other case', token: makeToken({}, { typ: 'Application/AT+JWT' }) },
  { title: 'RFC 7519 §4.1.3: our audience among others', token: makeToken({ aud: ['other', audience] }) },
  { title: 'RFC 7519 §2: a time with a fraction', token: makeToken({ iat: nowSeconds - 0.5 }) },
  { title: 'no kid where exactly one key fits', token: makeToken({}, { kid: undefined }) },
  { title: '15 s of leeway after exp', token: makeToken({ iat: nowSeconds - 100, exp: nowSeconds - 14.9 }) },
  { title: '15 s of leeway before nbf and iat', token: makeToken({ iat: nowSeconds + 15, nbf: nowSeconds + 15 }) },
  { title: 'RFC 7515 §4: members that nobody knows', token: makeToken({ roles: ['a'] }, { x5t: 'abc' }) },
  { title: 'RFC 7159: claims beyond ASCII', token: makeToken({ name: 'Žofie 🦉' }) },
]

describe('a good token is accepted, and explained as such', () => {
  test.each(goodTokens)('$title', async ({ token }) => {
    await expect(createGuard(options).verify(token)).resolves.toMatchObject({ sub: goodClaims.sub })
    const { accepted, claims, checks } = await explainToken(token, options)
    expect({ accepted, sub: claims?.sub }).toEqual({ accepted: true, sub: goodClaims.sub })
    expect(checks.every(({ ok, expected, got }) => ok === true && expected !== undefined && got !== undefined)).toBe(
      true,
    )
    expect(checks.find(({ check }) => check === 'claims')?.got).toBe('such')
  })

  test.each<Algorithm>(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'HS256'])(
    'RFC 7518 §3, RFC 8037 §3.1, RFC 9864 §2.2: %s',
    async (alg) => {
      const key = makeSigningKey(alg)
      const token = signParts({ alg, typ: 'at+jwt', kid: key.kid }, goodClaims, key)
      const guard = createGuard({ ...options, keys: { keys: [key.jwk] } })
      await expect(guard.verify(token)).resolves.toMatchObject(goodClaims)
      const otherInput = token.replace('.ey', '.fy')
      await expect(guard.verify(otherInput)).rejects.toMatchObject({ code: 'token_invalid' })
    },
  )

  test('RFC 9864 §2.2: EdDSA and Ed25519 name the same key, each where it is allowed', async () => {
    const key = makeSigningKey('EdDSA')
    const token = signParts({ alg: 'Ed25519', typ: 'at+jwt', kid: key.kid }, goodClaims, key)
    const keys = { keys: [key.jwk] }
    await expect(createGuard({ ...options, keys }).verify(token)).resolves.toMatchObject(goodClaims)
    const onlyEdDsa = createGuard({ ...options, keys, algorithms: ['EdDSA'] })
    await expect(onlyEdDsa.verify(token)).rejects.toMatchObject({ reason: { check: 'algorithm' } })
  })

  test('no kid where two keys fit is refused', async () => {
    const keys = { keys: [issuerKey.jwk, makeSigningKey('ES256', 'other').jwk] }
    const verifying = createGuard({ ...options, keys }).verify(makeToken({}, { kid: undefined }))
    await expect(verifying).rejects.toMatchObject({ reason: { check: 'key' } })
  })
})

describe('explainToken', () => {
  test('without an audience that check is skipped and the rest decides', async () => {
    const { audience: _, ...others } = options
    const { accepted, checks } = await explainToken(makeToken({ aud: 'anything' }), others)
    expect(accepted).toBe(true)
    expect(checks.filter(({ ok }) => ok === 'skipped').map(({ check }) => check)).toEqual(['audience'])
  })

  test('goes on after a failed check, and counts the seconds', async () => {
    const token = makeToken({ iss: 'https://other.example.com', iat: nowSeconds - 300, exp: nowSeconds - 100 })
    const { checks } = await explainToken(token, options)
    expect(checks.filter(({ ok }) => ok === false).map(({ check }) => check)).toEqual(['issuer', 'expiry'])
    expect(checks.find(({ check }) => check === 'expiry')?.secondsOff).toBe(85)
  })

  test('of a time that is no number it says so, and counts no seconds', async () => {
    const { accepted, checks } = await explainToken(makeToken({ iat: { toString: 1 } }), options)
    expect(accepted).toBe(false)
    const failed = checks.filter(({ ok }) => ok === false)
    expect(failed.map(({ check }) => check)).toEqual(['claims', 'issued_at'])
  })

  test('without keys it fetches the issuer’s, as the guard does', async () => {
    await using served = await serveIssuer([issuerKey.jwk])
    const others = { issuer: served.url, audience, clock: options.clock }
    const token = makeToken({ iss: served.url })
    expect((await explainToken(token, others)).accepted).toBe(true)
    served.answers.set(jwksPath, { status: 500 })
    const { accepted, checks } = await explainToken(token, others)
    expect(accepted).toBe(false)
    expect(checks.find(({ ok }) => ok === false)).toMatchObject({
      check: 'key',
      got: expect.stringContaining('answered 500'),
    })
    expect(checks.filter(({ ok }) => ok === 'skipped').map(({ check }) => check)).toEqual(['signature'])
  })

  test('with a rule, says of each thing that it asks for whether it is there', async () => {
    const rule = { scope: 'orders:read', anyPermission: ['orders:refund', 'orders:cancel'], role: ['support', 'lead'] }
    const token = makeToken({ scope: 'orders:read', permissions: ['orders:cancel'], roles: ['support'] })
    const { accepted, checks } = await explainToken(token, { ...options, rule })
    expect(accepted).toBe(false)
    expect(checks.slice(-3)).toMatchObject([
      { check: 'scope', ok: true, expected: 'orders:read', got: '"orders:read"' },
      { check: 'permission', ok: true, expected: 'orders:refund or orders:cancel', got: '["orders:cancel"]' },
      { check: 'role', ok: false, expected: 'support and lead', got: '["support"]' },
    ])
    const damaged = await explainToken(`${token}.`, { ...options, rule })
    expect(damaged.checks.slice(-3).map(({ check, ok }) => [check, ok])).toEqual([
      ['scope', 'skipped'],
      ['permission', 'skipped'],
      ['role', 'skipped'],
    ])
    await expect(explainToken(token, { ...options, rule: { role: '' } })).rejects.toThrow('printable ASCII')
  })

  test('refuses options that no guard would start with', async () => {
    await expect(explainToken('x', { ...options, issuer: 'login' })).rejects.toMatchObject({
      code: 'guard_configuration',
    })
  })
})
