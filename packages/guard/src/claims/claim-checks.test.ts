import { expect, test } from 'vitest'
import { audience, issuer, nowSeconds } from '../../testing/sign-token.ts'
import { applyChecks } from '../jws/check.ts'
import { claimChecks } from './claim-checks.ts'

const policy = { issuer, audience, leewaySeconds: 15, now: nowSeconds * 1000 }
const good = {
  ...{ iss: issuer, sub: 'a', aud: audience, client_id: 'c', jti: 'j' },
  ...{ iat: nowSeconds, exp: nowSeconds + 150 },
}
const failureOf = (claims: object, changed: object = {}) =>
  applyChecks(claimChecks, { ...good, ...claims }, { ...policy, ...changed })?.failure

const asClaims = 'claims as in RFC 9068, exp after iat'

test.each<[object, string, string, string]>([
  ...['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti'].map((name): [object, string, string, string] => [
    { [name]: undefined },
    'claims',
    asClaims,
    `${name} nothing`,
  ]),
  ...['iss', 'sub', 'aud', 'client_id', 'jti', 'org_id'].map((name): [object, string, string, string] => [
    { [name]: '' },
    'claims',
    asClaims,
    `${name} ""`,
  ]),
  ...['iat', 'exp', 'nbf', 'auth_time'].flatMap((name): [object, string, string, string][] => [
    [{ [name]: -1 }, 'claims', asClaims, `${name} -1`],
    [{ [name]: '1' }, 'claims', asClaims, `${name} "1"`],
    [{ [name]: Number.POSITIVE_INFINITY }, 'claims', asClaims, `${name} null`],
  ]),
  ...['scope', 'sid', 'org_id'].map((name): [object, string, string, string] => [
    { [name]: 7 },
    'claims',
    asClaims,
    `${name} 7`,
  ]),
  [{ amr: 'pwd' }, 'claims', asClaims, 'amr "pwd"'],
  [{ amr: ['pwd', 7] }, 'claims', asClaims, 'amr ["pwd",7]'],
  [{ aud: [audience, 7] }, 'claims', asClaims, `aud ["${audience}",7]`],
  [{ act: 'x' }, 'claims', asClaims, 'act "x"'],
  [{ exp: nowSeconds }, 'claims', asClaims, `exp ${nowSeconds}, iat ${nowSeconds}`],
  [{ iss: 'x' }, 'issuer', `iss to be "${issuer}"`, '"x"'],
  [{ aud: 'x' }, 'audience', `aud to be "${audience}"`, '"x"'],
  [{ aud: ['x'] }, 'audience', `aud to be "${audience}"`, '["x"]'],
  [{ cnf: {} }, 'confirmation', 'cnf to be nothing', '{}'],
  [{ nbf: nowSeconds + 16 }, 'not_before', `nbf at most ${nowSeconds}, give or take 15 s`, `${nowSeconds + 16}`],
  [{ iat: nowSeconds + 16 }, 'issued_at', `iat at most ${nowSeconds}, give or take 15 s`, `${nowSeconds + 16}`],
])('%j is refused: %s, expected %s', (claims, check, expected, got) => {
  expect(failureOf(claims)).toMatchObject({ check, expected, got })
})

test.each([
  {},
  { aud: ['x', audience] },
  { nbf: nowSeconds + 15, auth_time: 0, scope: '', sid: '', org_id: 'o', amr: [], act: {} },
  { iat: nowSeconds + 15 },
  { iat: 0 },
  { iat: nowSeconds - 300, exp: nowSeconds - 14.9 },
])('%j passes', (claims) => expect(failureOf(claims)).toBeUndefined())

test('RFC 7519 §4.1.4: expired is at exp and the leeway, to the millisecond, and by how much is told', () => {
  const claims = { iat: nowSeconds - 300, exp: nowSeconds - 15 }
  const expected = `exp above ${nowSeconds}, give or take 15 s`
  expect(failureOf(claims)).toEqual({ check: 'expiry', expected, got: `${nowSeconds - 15}`, secondsOff: 0 })
  expect(failureOf(claims, { now: policy.now - 1 })).toBeUndefined()
  expect(failureOf(claims, { now: policy.now + 1_500 })?.secondsOff).toBe(1.5)
})

test('a bound token is taken by who sees to its proof', () => {
  expect(failureOf({ cnf: { jkt: 'x' } }, { takesBound: true })).toBeUndefined()
  expect(failureOf({ cnf: { jkt: 'x' } }, { takesBound: false })?.check).toBe('confirmation')
})
