import { expect, test } from 'vitest'
import { applyChecks } from './check.ts'
import { type HeaderPolicy, headerChecks } from './header-checks.ts'

const policy: HeaderPolicy = { algorithms: ['ES256', 'RS256'], type: 'at+jwt' }
const good = { alg: 'ES256', typ: 'at+jwt', kid: 'a' }
const failureOf = (header: object, changed: Partial<HeaderPolicy> = {}) =>
  applyChecks(headerChecks, { ...good, ...header }, { ...policy, ...changed })?.failure

const named = 'kid to have 1 to 256 characters'

test.each<[object, string, string, string]>([
  [{ alg: 'none' }, 'algorithm', 'alg to be ["ES256","RS256"]', '"none"'],
  [{ alg: undefined }, 'algorithm', 'alg to be ["ES256","RS256"]', 'nothing'],
  [{ alg: 'HS256' }, 'algorithm', 'alg to be ["ES256","RS256"]', '"HS256"'],
  [{ crit: ['exp'] }, 'critical', 'crit to be nothing', '["exp"]'],
  [{ crit: undefined }, 'critical', 'crit to be nothing', 'nothing'],
  [{ b64: false }, 'critical', 'crit to be nothing', 'false'],
  [{ crit: ['b64'], b64: false }, 'critical', 'crit to be nothing', '["b64"]'],
  [{ typ: undefined }, 'type', 'typ to be "at+jwt"', 'nothing'],
  [{ typ: 'JWT' }, 'type', 'typ to be "at+jwt"', '"JWT"'],
  [{ typ: ['at+jwt'] }, 'type', 'typ to be "at+jwt"', '["at+jwt"]'],
  [{ typ: 'text/at+jwt' }, 'type', 'typ to be "at+jwt"', '"text/at+jwt"'],
  [{ typ: 'application/application/at+jwt' }, 'type', 'typ to be "at+jwt"', '"application/application/at+jwt"'],
  [{ typ: 'at+jwtapplication/' }, 'type', 'typ to be "at+jwt"', '"at+jwtapplication/"'],
  [{ kid: '' }, 'key', named, '""'],
  [{ kid: 7 }, 'key', named, '7'],
  [{ kid: null }, 'key', named, 'null'],
  [{ kid: ['a'] }, 'key', named, '["a"]'],
])('%j is refused: %s, expected %s', (header, check, expected, got) => {
  expect(failureOf(header)).toEqual({ check, expected, got })
})

test.each([
  {},
  { alg: 'RS256' },
  { typ: 'application/at+jwt' },
  { typ: 'APPLICATION/AT+JWT' },
  { kid: undefined },
  { kid: 'k'.repeat(256) },
  { x5t: 'x', jwk: {}, jku: 'https://evil.example.com' },
])('%j passes', (header) => expect(failureOf(header)).toBeUndefined())

test('a kid has 256 characters at most', () => {
  expect(failureOf({ kid: 'k'.repeat(257) })).toMatchObject({ check: 'key', expected: named })
})

test('who asks for no typ takes each, and none', () => {
  for (const typ of [undefined, 'JWT', 7]) expect(failureOf({ typ }, { type: undefined })).toBeUndefined()
})
