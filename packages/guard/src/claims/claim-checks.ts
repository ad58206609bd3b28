import type { Check } from '../jws/check.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import type { EpochMilliseconds } from './access-token-claims.ts'

export interface ClaimsPolicy {
  readonly issuer: string
  /** Undefined only where `explainToken` wasn't told it. */
  readonly audience: string | undefined
  readonly leewaySeconds: number
}

/** The policy at one moment, so that all checks of a token have one time. */
export interface ClaimsPolicyNow extends ClaimsPolicy {
  readonly now: EpochMilliseconds
}

/** The rules on claims, in the order in which they are applied: expiry last, so that only a token that was good is "expired". */
export const claimChecks: readonly Check<JsonObject, ClaimsPolicyNow>[] = [
  {
    // RFC 9068 §2.2: these claims are required. exp > iat is our own rule: no issuer means a token that was never valid.
    name: 'claims',
    passes: (claims) => findWrongClaim(claims) === undefined,
    expected: () => 'iss, sub, aud, client_id, iat, exp and jti, each claim of its type, and exp after iat',
    got: (claims) => findWrongClaim(claims) ?? 'that',
  },
  {
    // RFC 9068 §4, RFC 8725 §3.8: exactly, without any normalization.
    name: 'issuer',
    passes: ({ iss }, { issuer }) => iss === issuer,
    expected: ({ issuer }) => `iss to be ${quote(issuer)}`,
    got: ({ iss }) => quote(iss),
  },
  {
    // RFC 9068 §4, RFC 8725 §3.9.
    name: 'audience',
    passes: ({ aud }, { audience }) => aud === audience || (Array.isArray(aud) && aud.includes(audience)),
    expected: ({ audience }) => `aud to be or hold ${quote(audience)}`,
    got: ({ aud }) => quote(aud),
  },
  {
    // RFC 7800 §3, RFC 9449 §7.1, RFC 8705 §3: who holds a bound token must prove it, and this guard can't see proofs yet.
    name: 'confirmation',
    passes: (claims) => !Object.hasOwn(claims, 'cnf'),
    expected: () => 'a bearer token, without cnf',
    got: ({ cnf }) => (cnf === undefined ? 'none' : `cnf ${quote(cnf)}`),
  },
  {
    // RFC 7519 §4.1.5.
    name: 'not_before',
    passes: ({ nbf }, policy) => nbf === undefined || secondsEarly(nbf, policy) <= 0,
    expected: (policy) => `nbf at most ${describeNow(policy)}`,
    got: ({ nbf }) => describeTime(nbf),
    secondsOff: ({ nbf }, policy) => secondsEarly(nbf, policy),
  },
  {
    // RFC 7519 §4.1.6 only informs; a token from the future is a wrong clock or a forger's.
    name: 'issued_at',
    passes: ({ iat }, policy) => secondsEarly(iat, policy) <= 0,
    expected: (policy) => `iat at most ${describeNow(policy)}`,
    got: ({ iat }) => describeTime(iat),
    secondsOff: ({ iat }, policy) => secondsEarly(iat, policy),
  },
  {
    // RFC 7519 §4.1.4: the current time must be before it.
    name: 'expiry',
    passes: ({ exp }, policy) => secondsLate(exp, policy) < 0,
    expected: (policy) => `exp after ${describeNow(policy)}`,
    got: ({ exp }) => describeTime(exp),
    secondsOff: ({ exp }, policy) => secondsLate(exp, policy),
  },
]

function secondsEarly(time: unknown, { now, leewaySeconds }: ClaimsPolicyNow): number {
  return typeof time === 'number' ? time - leewaySeconds - now / 1000 : Number.POSITIVE_INFINITY
}

function secondsLate(time: unknown, { now, leewaySeconds }: ClaimsPolicyNow): number {
  return typeof time === 'number' ? now / 1000 - leewaySeconds - time : Number.POSITIVE_INFINITY
}

function describeNow({ now, leewaySeconds }: ClaimsPolicyNow): string {
  return `${new Date(now).toISOString()}, give or take ${leewaySeconds} s`
}

function describeTime(time: unknown): string {
  const date = new Date(typeof time === 'number' ? time * 1000 : Number.NaN)
  return Number.isNaN(date.getTime()) ? quote(time) : `${date.toISOString()} (${time})`
}

/** Says which claim is absent or of another type; undefined when none is. */
function findWrongClaim(claims: JsonObject): string | undefined {
  for (const [name, isOfType, isRequired] of claimTypes) {
    const value = claims[name]
    if (value === undefined ? isRequired : !isOfType(value)) return `${name} ${quote(value)}`
  }
  const { iat, exp } = claims as { iat: number; exp: number }
  return exp > iat ? undefined : `exp ${exp}, which is not after iat ${iat}`
}

function isFilledText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

// RFC 7519 §2, NumericDate: seconds, maybe with a fraction. No token is older than 1970.
function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

const claimTypes: readonly (readonly [name: string, isOfType: (value: unknown) => boolean, isRequired: boolean])[] = [
  ['iss', isFilledText, true],
  ['sub', isFilledText, true],
  ['aud', (value) => isFilledText(value) || isTextList(value), true],
  ['client_id', isFilledText, true],
  ['iat', isTime, true],
  ['exp', isTime, true],
  ['jti', isFilledText, true],
  ['nbf', isTime, false],
  ['auth_time', isTime, false],
  ['scope', isText, false],
  ['sid', isText, false],
  ['amr', isTextList, false],
]
