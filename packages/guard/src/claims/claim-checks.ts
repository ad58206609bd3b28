import type { CheckName } from '../guard-event.ts'
import type { Check } from '../jws/check.ts'
import { isJsonObject, type JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import type { EpochMilliseconds } from './access-token-claims.ts'

export interface ClaimsPolicy {
  readonly issuer: string
  /** Undefined only where `explainToken` wasn't told it. */
  readonly audience: string | undefined
  readonly leewaySeconds: number
  /** Whether the proof of a bound token is seen to elsewhere. Default false. */
  readonly takesBound?: boolean
}

/** The policy at one moment, so that all checks of a token have one time. */
export interface ClaimsPolicyNow extends ClaimsPolicy {
  readonly now: EpochMilliseconds
}

const isEarly = -1
const isLate = 1

/** The rules on claims, in the order in which they are applied: expiry last, so that only a token that was good is "expired". */
export const claimChecks: readonly Check<ClaimsPolicyNow>[] = [
  {
    // RFC 9068 §2.2: these claims are required. exp > iat is our own rule: no issuer means a token that was never valid.
    name: 'claims',
    member: 'exp',
    passes: (claims) => findWrongClaim(claims) === undefined,
    expected: () => 'claims as in RFC 9068, exp after iat',
    got: (claims) => findWrongClaim(claims) ?? 'such',
  },
  {
    // RFC 9068 §4, RFC 8725 §3.8: exactly, without any normalization.
    name: 'issuer',
    member: 'iss',
    passes: ({ iss }, { issuer }) => iss === issuer,
    wants: 'issuer',
  },
  {
    // RFC 9068 §4, RFC 8725 §3.9.
    name: 'audience',
    member: 'aud',
    passes: ({ aud }, { audience }) => aud === audience || (Array.isArray(aud) && aud.includes(audience)),
    wants: 'audience',
  },
  {
    // RFC 7800 §3, RFC 9449 §7.1, RFC 8705 §3: who holds a bound token must prove it.
    name: 'confirmation',
    member: 'cnf',
    passes: (claims, { takesBound }) => takesBound === true || !Object.hasOwn(claims, 'cnf'),
  },
  // RFC 7519 §4.1.5.
  checkTime('not_before', 'nbf', isEarly),
  // RFC 7519 §4.1.6 only informs; a token from the future is a wrong clock or a forger's.
  checkTime('issued_at', 'iat', isEarly),
  // RFC 7519 §4.1.4: the current time must be before it.
  checkTime('expiry', 'exp', isLate),
]

/** A check that a time isn't early, or isn't late, by more than the leeway. Only `nbf` may be absent. */
function checkTime(name: CheckName, member: string, direction: number): Check<ClaimsPolicyNow> {
  const secondsOff = (claims: JsonObject, { now, leewaySeconds }: ClaimsPolicyNow): number => {
    const time = claims[member]
    // Whoever explains a token goes on behind the check of types; what is no number is off by no number.
    return direction * (now / 1000 - (typeof time === 'number' ? time : Number.NaN)) - leewaySeconds
  }
  return {
    name,
    member,
    passes: (claims, policy) => {
      if (member === 'nbf' && claims.nbf === undefined) return true
      const off = secondsOff(claims, policy)
      return off < 0 || (off === 0 && direction === isEarly)
    },
    expected: ({ now, leewaySeconds }) =>
      `${member} ${direction === isEarly ? 'at most' : 'above'} ${now / 1000}, give or take ${leewaySeconds} s`,
    secondsOff,
  }
}

/** Says which claim is absent or of another type; undefined when none is. */
function findWrongClaim(claims: JsonObject): string | undefined {
  for (const [name, isOfType, isRequired] of claimTypes) {
    const value = claims[name]
    if (value === undefined ? isRequired : !isOfType(value)) return `${name} ${quote(value)}`
  }
  const { iat, exp } = claims as { iat: number; exp: number }
  return exp > iat ? undefined : `exp ${exp}, iat ${iat}`
}

function isFilledText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

// RFC 7519 §2, NumericDate: seconds, maybe with a fraction. No token is older than 1970.
function isTime(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0
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
  ['org_id', isFilledText, false],
  ['amr', isTextList, false],
  ['act', isJsonObject, false],
]
