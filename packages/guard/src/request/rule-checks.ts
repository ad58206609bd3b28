import type { ActorClaim, EpochMilliseconds } from '../claims/access-token-claims.ts'
import type { Rule } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import type { CheckName } from '../guard-event.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import type { RefusalCode } from './refusal-answers.ts'

/** What a rule asks of a token that was verified. */
export interface Demand {
  readonly check: CheckName
  /** What a token is refused with that doesn't meet it. */
  readonly code: RefusalCode
  /** Parameters of the challenge that say what is needed. Their values must need no escape. */
  readonly needs: Readonly<Record<string, string>>
  /** The claim that it looks at. */
  readonly claim: string
  /** For logs alone. */
  readonly expected: string
  readonly isMet: (claims: JsonObject, now: EpochMilliseconds) => boolean
}

/** One entry: the members of a rule that it reads, and what it makes of them. Undefined when they ask for nothing. */
type RuleCheck = readonly [members: readonly (keyof Rule)[], read: (rule: Rule) => Demand | undefined]

/** All that a rule may ask of a token; the guard and `explainToken` walk this list. What a client can get by itself comes first. */
export const ruleChecks: readonly RuleCheck[] = [
  [['scope', 'anyScope'], ({ scope, anyScope }) => demandWords('scope', 'scope', scope, anyScope)],
  [
    ['permission', 'anyPermission'],
    (rule) => demandWords('permission', 'permissions', rule.permission, rule.anyPermission),
  ],
  [['role', 'anyRole'], ({ role, anyRole }) => demandWords('role', 'roles', role, anyRole)],
  [['organization'], ({ organization }) => (organization === undefined ? undefined : demandOrganization(organization))],
  [['impersonated'], ({ impersonated }) => (impersonated === undefined ? undefined : demandOwnHand(impersonated))],
  // Last: nobody signs in anew for what they may not do anyway. @see RFC 9470 §3
  [['fresh'], ({ fresh }) => (fresh === undefined ? undefined : demandFresh(fresh))],
  [['acr'], ({ acr }) => demandWordsOfLogin('acr', 'acr_values', acr)],
  [['amr'], ({ amr }) => demandWordsOfLogin('amr', 'amr', amr)],
]

function demandWords(
  check: 'scope' | 'permission' | 'role',
  claim: string,
  all: string | readonly string[] | undefined,
  any: readonly string[] | undefined,
): Demand | undefined {
  const [allOf, anyOf] = [parseWords(all), parseWords(any)]
  const words = [...new Set([...allOf, ...anyOf])]
  if (words.length === 0) return undefined
  return {
    check,
    code: check === 'scope' ? 'insufficient_scope' : 'insufficient_permission',
    needs: { [check]: words.join(' ') },
    claim,
    expected: [...allOf, anyOf.join(' or ')].filter(Boolean).join(' and '),
    isMet: (claims) => {
      const isThere = (word: string): boolean => hasWord(claims[claim], word)
      return allOf.every(isThere) && (anyOf.length === 0 || anyOf.some(isThere))
    },
  }
}

function demandOrganization(wanted: true | string | readonly string[]): Demand {
  const ids = wanted === true ? [] : parseWords(wanted)
  return demandOne('organization', 'org_id', ids.join(' ') || 'any', ({ org_id }) =>
    wanted === true ? org_id !== undefined : ids.includes(org_id as string),
  )
}

function demandOwnHand(impersonated: unknown): Demand {
  if (impersonated !== false) throw new GuardConfigurationError('impersonated must be false')
  return demandOne('impersonated', 'act', 'false', ({ act }) => !(act as ActorClaim | undefined)?.impersonation)
}

function demandOne(check: CheckName, claim: string, expected: string, isMet: Demand['isMet']): Demand {
  return { check, code: 'insufficient_permission', needs: { [check]: expected }, claim, expected, isMet }
}

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 }
/** Of Ostiary, the least first: whoever reaches one reaches those before it. */
const ladder = ['aal1', 'aal2', 'phr']
const rank = (acr: unknown): number => ladder.indexOf(acr as string)

function demandFresh(fresh: unknown): Demand {
  const [, count, unit] = (typeof fresh === 'string' && /^(\d{1,6})([smhd])$/.exec(fresh)) || []
  if (unit === undefined) throw new GuardConfigurationError('fresh must be such as 5m')
  const seconds = Number(count) * secondsOf[unit as keyof typeof secondsOf]
  return demandLogin(
    'fresh',
    'auth_time',
    'max_age',
    `${seconds}`,
    (at, now) => Math.abs(now / 1000 - Number(at)) <= seconds,
  )
}

function demandWordsOfLogin(check: 'acr' | 'amr', parameter: string, given: Rule['acr']): Demand | undefined {
  const words = parseWords(given)
  const reaches = (acr: unknown) => words.some((word) => acr === word || (rank(word) >= 0 && rank(acr) >= rank(word)))
  const isEnough = check === 'acr' ? reaches : (amr: unknown) => words.every((word) => hasWord(amr, word))
  return words.length === 0 ? undefined : demandLogin(check, check, parameter, words.join(' '), isEnough)
}

function demandLogin(
  check: CheckName,
  claim: string,
  parameter: string,
  expected: string,
  isEnough: (held: unknown, now: EpochMilliseconds) => boolean,
): Demand {
  const isMet: Demand['isMet'] = (claims, now) => isEnough(claims[claim], now)
  return { check, code: 'insufficient_user_authentication', needs: { [parameter]: expected }, claim, expected, isMet }
}

/** Whether a word stands in a text of words, or in a list of texts. */
function hasWord(held: unknown, word: string): boolean {
  return typeof held === 'string' ? ` ${held} `.includes(` ${word} `) : Array.isArray(held) && held.includes(word)
}

// RFC 6749 §3.3: no blank, quote or backslash, so that a word stands in a challenge as it is.
const scopeWord = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Reads scopes, permissions, roles or ids. @throws GuardConfigurationError for what names nothing that a token could have. */
export function parseWords(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return []
  const words: readonly unknown[] = typeof given === 'string' ? given.split(' ') : given
  // An empty list would ask for nothing, or for what no token has: both are surely not meant.
  if (Array.isArray(words) && words.length > 0 && words.every(isWord)) return words
  throw new GuardConfigurationError('What a rule names must be printable ASCII without blanks, quotes, backslashes')
}

function isWord(word: unknown): word is string {
  return typeof word === 'string' && scopeWord.test(word)
}
