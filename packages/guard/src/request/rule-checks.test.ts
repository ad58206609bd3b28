import { describe, expect, test } from 'vitest'
import { nowSeconds } from '../../testing/sign-token.ts'
import type { Rule } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import { describeDemand, findUnmet, listNeeds, parseRule } from './parse-rule.ts'
import { parseWords } from './rule-checks.ts'

const now = nowSeconds * 1000

/** What a token with these claims is refused for by a rule; undefined when it isn't. */
const unmetOf = (rule: Rule, claims: Record<string, unknown>) => findUnmet(parseRule(rule), claims, now)?.check

describe.each([
  ['scope', 'anyScope', 'scope', 'insufficient_scope'],
  ['permission', 'anyPermission', 'permissions', 'insufficient_permission'],
  ['role', 'anyRole', 'roles', 'insufficient_permission'],
] as const)('%s and %s, by the claim %s', (all, any, claim, code) => {
  test.each<[Rule, unknown, boolean]>([
    [{ [all]: 'a' }, 'a b', true],
    [{ [all]: 'b' }, 'a b', true],
    [{ [all]: 'a' }, ['a', 'b'], true],
    [{ [all]: 'a b' }, 'b a', true],
    [{ [all]: ['a', 'b'] }, ['b', 'a'], true],
    [{ [all]: 'a b' }, 'a', false],
    [{ [all]: ['a', 'b'] }, ['b'], false],
    [{ [all]: 'a' }, 'ab', false],
    [{ [all]: 'a' }, 'ba', false],
    [{ [all]: 'a' }, ['a b'], false],
    [{ [all]: 'a' }, '', false],
    [{ [all]: 'a' }, undefined, false],
    [{ [all]: 'a' }, { a: true, includes: 'a' }, false],
    [{ [any]: ['a', 'b'] }, 'b', true],
    [{ [any]: ['a', 'b'] }, ['a'], true],
    [{ [any]: ['a', 'b'] }, 'c', false],
    [{ [any]: ['a', 'b'] }, undefined, false],
    [{ [all]: 'a', [any]: ['b', 'c'] }, 'a c', true],
    [{ [all]: 'a', [any]: ['b', 'c'] }, 'a', false],
    [{ [all]: 'a', [any]: ['b', 'c'] }, 'b c', false],
  ])('%j of %j: %j', (rule, held, isMet) => {
    expect(unmetOf(rule, { [claim]: held })).toBe(isMet ? undefined : all)
  })

  test('a refusal names all the words once, and the log what must be there', () => {
    const [demand, ...others] = parseRule({ [all]: 'a b', [any]: ['b', 'c'] }).demands
    expect(others).toEqual([])
    expect(demand).toMatchObject({ check: all, code, claim, needs: { [all]: 'a b c' }, expected: 'a and b and b or c' })
    expect(parseRule({ [all]: 'a' }).demands[0]).toMatchObject({ needs: { [all]: 'a' }, expected: 'a' })
    expect(parseRule({ [any]: ['a', 'b'] }).demands[0]).toMatchObject({ needs: { [all]: 'a b' }, expected: 'a or b' })
  })
})

describe('organization', () => {
  test.each<[Rule['organization'], unknown, boolean]>([
    [true, 'org_a', true],
    [true, undefined, false],
    ['org_a', 'org_a', true],
    ['org_a', 'org_b', false],
    ['org_a', 'org_', false],
    ['org_a', undefined, false],
    [['org_a', 'org_b'], 'org_b', true],
    [['org_a', 'org_b'], 'org_c', false],
  ])('%j, with org_id %j: %j', (organization, org_id, isMet) => {
    expect(unmetOf({ organization } as Rule, { org_id })).toBe(isMet ? undefined : 'organization')
  })

  test.each<[Rule['organization'], string]>([
    [true, 'any'],
    ['org_a', 'org_a'],
    [['org_a', 'org_b'], 'org_a org_b'],
  ])('%j is told as %s', (organization, expected) => {
    expect(parseRule({ organization } as Rule).demands).toEqual([
      {
        check: 'organization',
        code: 'insufficient_permission',
        claim: 'org_id',
        needs: { organization: expected },
        expected,
        isMet: expect.any(Function),
      },
    ])
  })
})

describe('impersonated', () => {
  test.each<[unknown, boolean]>([
    [undefined, true],
    [{ sub: 'acc_a' }, true],
    [{ sub: 'acc_a', impersonation: false }, true],
    [{ sub: 'acc_a', impersonation: true }, false],
  ])('false, with act %j: %j', (act, isMet) => {
    expect(unmetOf({ impersonated: false }, { act })).toBe(isMet ? undefined : 'impersonated')
  })

  test('is false or nothing', () => {
    expect(() => parseRule({ impersonated: true } as unknown as Rule)).toThrow('impersonated must be false')
    expect(parseRule({ impersonated: false }).demands[0]).toMatchObject({
      code: 'insufficient_permission',
      claim: 'act',
      needs: { impersonated: 'false' },
    })
  })
})

describe('fresh', () => {
  test.each<[string, number, boolean]>([
    ['90s', 90, true],
    ['90s', 90.001, false],
    ['5m', 300, true],
    ['5m', 301, false],
    ['2h', 7_200, true],
    ['2h', 7_201, false],
    ['30d', 2_592_000, true],
    ['30d', 2_592_001, false],
    ['999999s', 999_999, true],
    ['5m', -300, true],
    ['5m', -301, false],
  ])('%s, signed in %d s ago: %j', (fresh, ago, isMet) => {
    expect(unmetOf({ fresh }, { auth_time: nowSeconds - ago })).toBe(isMet ? undefined : 'fresh')
  })

  test('who never signed in is not fresh', () => {
    expect(unmetOf({ fresh: '5m' }, {})).toBe('fresh')
  })

  test('RFC 9470 §3: a challenge names the seconds as max_age', () => {
    expect(parseRule({ fresh: '5m' }).demands).toEqual([
      {
        check: 'fresh',
        code: 'insufficient_user_authentication',
        claim: 'auth_time',
        needs: { max_age: '300' },
        expected: '300',
        isMet: expect.any(Function),
      },
    ])
  })

  test.each(['5', 'm', '', '5w', '5 m', ' 5m', '5m ', '-5m', '1.5h', '1000000s', '1h30m', 300, null])(
    '%j is none',
    (fresh) => {
      const rule = { fresh } as unknown as Rule
      expect(() => parseRule(rule)).toThrow(new GuardConfigurationError('fresh must be such as 5m'))
    },
  )
})

describe('acr and amr', () => {
  test.each<[Rule['acr'], unknown, boolean]>([
    ['aal1', 'aal1', true],
    ['aal1', 'aal2', true],
    ['aal1', 'phr', true],
    ['aal2', 'aal1', false],
    ['aal2', 'phr', true],
    ['phr', 'aal2', false],
    ['phr', 'phr', true],
    ['aal1', 'silver', false],
    ['aal1', undefined, false],
    ['gold', 'gold', true],
    ['gold', 'silver', false],
    ['gold', undefined, false],
    ['gold', 'phr', false],
    ['gold silver', 'silver', true],
    [['gold', 'phr'], 'phr', true],
    [['gold', 'phr'], 'aal2', false],
  ])('acr %j, having %j: %j', (acr, held, isMet) => {
    expect(unmetOf({ acr } as Rule, { acr: held })).toBe(isMet ? undefined : 'acr')
  })

  test.each<[Rule['amr'], unknown, boolean]>([
    ['mfa', ['pwd', 'otp', 'mfa'], true],
    ['mfa', ['pwd'], false],
    ['mfa', undefined, false],
    ['otp mfa', ['pwd', 'otp', 'mfa'], true],
    [['otp', 'mfa'], ['pwd', 'otp'], false],
  ])('amr %j, having %j: %j', (amr, held, isMet) => {
    expect(unmetOf({ amr } as Rule, { amr: held })).toBe(isMet ? undefined : 'amr')
  })

  test('RFC 9470 §3: a challenge names acr_values; of methods it names amr', () => {
    const code = 'insufficient_user_authentication'
    expect(parseRule({ acr: ['aal2', 'gold'], amr: 'mfa' }).demands).toMatchObject([
      { check: 'acr', code, claim: 'acr', needs: { acr_values: 'aal2 gold' }, expected: 'aal2 gold' },
      { check: 'amr', code, claim: 'amr', needs: { amr: 'mfa' }, expected: 'mfa' },
    ])
  })
})

describe('several demands', () => {
  const rule: Rule = {
    ...{ amr: 'mfa', acr: 'aal2', fresh: '5m', impersonated: false, organization: true },
    ...{ role: 'lead', permission: 'orders:refund', scope: 'orders:read' },
  }
  const met: readonly [string, Record<string, unknown>][] = [
    ['scope', { scope: 'orders:read' }],
    ['permission', { permissions: ['orders:refund'] }],
    ['role', { roles: ['lead'] }],
    ['organization', { org_id: 'org_a' }],
    ['impersonated', { act: undefined }],
    ['fresh', { auth_time: nowSeconds }],
    ['acr', { acr: 'aal2' }],
    ['amr', { amr: ['mfa'] }],
  ]

  test('RFC 9470 §3: nobody signs in anew for what they may not do anyway, so those of the login come last', () => {
    const claims: Record<string, unknown> = { act: { impersonation: true } }
    for (const [check, held] of met) {
      expect(unmetOf(rule, claims)).toBe(check)
      Object.assign(claims, held)
    }
    expect(unmetOf(rule, claims)).toBeUndefined()
  })

  test('a refusal with a code names all that the rule asks for with it', () => {
    const parsed = parseRule(rule)
    expect(listNeeds(parsed, 'insufficient_scope')).toEqual({ scope: 'orders:read' })
    expect(listNeeds(parsed, 'insufficient_permission')).toEqual({
      ...{ permission: 'orders:refund', role: 'lead', organization: 'any', impersonated: 'false' },
    })
    expect(listNeeds(parsed, 'insufficient_user_authentication')).toEqual({
      ...{ max_age: '300', acr_values: 'aal2', amr: 'mfa' },
    })
  })

  test('a log is told what was asked for, and what is there', () => {
    const [scope] = parseRule({ scope: 'a' }).demands
    const described = scope && describeDemand(scope, { scope: 'b\n' })
    expect(described).toEqual({ check: 'scope', expected: 'a', got: '"b\\n"' })
  })

  test('a rule that says nothing asks for nothing, and lets nobody pass without a token', () => {
    const allowed = { absent: false, expired: false, invalid: false }
    expect(parseRule({})).toEqual({ demands: [], allowed, isStrict: false })
  })
})

describe('a rule that is none', () => {
  const words = 'What a rule names must be printable ASCII without blanks, quotes, backslashes'
  const optional = 'optional must be allow or refuse for absent, expired, invalid'
  test.each<[unknown, string]>([
    [{ scopes: 'a' }, 'scopes is no part of a rule'],
    [{ scope: 'a', fres: '5m' }, 'fres is no part of a rule'],
    [{ strict: 'yes' }, 'strict must be a boolean'],
    [{ optional: { absent: 'yes' } }, optional],
    [{ optional: { absent: true } }, optional],
    [{ optional: { missing: 'allow' } }, optional],
    [{ optional: { toString: 'allow' } }, optional],
    [{ scope: '' }, words],
    [{ scope: 'a  b' }, words],
    [{ scope: [] }, words],
    [{ anyScope: [] }, words],
    [{ anyScope: 7 }, words],
    [{ scope: { length: 1, 0: 'a' } }, words],
    [{ scope: ['a', 7] }, words],
    [{ scope: ['a b'] }, words],
    [{ scope: 'a"b' }, words],
    [{ scope: 'a\\b' }, words],
    [{ scope: 'ä' }, words],
    [{ scope: 'a\x7f' }, words],
    [{ scope: 'a\tb' }, words],
    [{ organization: false }, words],
    [{ organization: 'a"' }, words],
    [{ acr: '' }, words],
    [{ amr: [] }, words],
  ])('%j is refused: %s', (rule, sentence) => {
    expect(() => parseRule(rule as Rule)).toThrow(new GuardConfigurationError(sentence))
  })

  test('RFC 6749 §3.3: all other printable ASCII may be in a word', () => {
    const printable = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join('')
    const word = printable.replace(/["\\]/g, '')
    expect(parseWords(word)).toEqual([word])
    expect(parseWords([word, 'a'])).toEqual([word, 'a'])
    expect(parseWords(undefined)).toEqual([])
  })

  test.each<[Rule, boolean]>([
    [{ strict: true }, true],
    [{ strict: false }, false],
    [{}, false],
  ])('%j: strict is %j', (rule, isStrict) => expect(parseRule(rule).isStrict).toBe(isStrict))
})
