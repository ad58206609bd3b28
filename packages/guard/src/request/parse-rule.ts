import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import type { AnonymousReason, OptionalPolicy, Rule } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import type { FailedCheck } from '../guard-event.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { type Demand, ruleChecks } from './rule-checks.ts'

/** A rule, ready to be applied. */
export interface ParsedRule {
  readonly demands: readonly Demand[]
  readonly allowed: AllowedAnonymous
  readonly isStrict: boolean
}

/** Which requests without a valid token pass. */
type AllowedAnonymous = Readonly<Record<AnonymousReason, boolean>>

const members = new Set<string>(['optional', 'strict', ...ruleChecks.flatMap(([members]) => members)])

/** Reads a route's rule. @throws GuardConfigurationError for a rule that asks for nothing it could get. */
export function parseRule(rule: Rule): ParsedRule {
  const unknown = Object.keys(rule).find((member) => !members.has(member))
  if (unknown !== undefined) throw new GuardConfigurationError(`${unknown} is no part of a rule`)
  const { optional, strict = false } = rule
  if (typeof strict !== 'boolean') throw new GuardConfigurationError('strict must be a boolean')
  const demands = ruleChecks.map(([, read]) => read(rule)).filter((demand) => demand !== undefined)
  return { demands, allowed: parseOptional(optional), isStrict: strict }
}

function parseOptional(optional: OptionalPolicy | undefined): AllowedAnonymous {
  const allowed = { absent: optional === true, expired: false, invalid: false }
  // A boolean has no entries.
  for (const [reason, policy] of Object.entries(optional ?? {})) {
    if (!Object.hasOwn(allowed, reason) || (policy !== 'allow' && policy !== 'refuse')) {
      throw new GuardConfigurationError('optional must be allow or refuse for absent, expired, invalid')
    }
    allowed[reason as AnonymousReason] = policy === 'allow'
  }
  return allowed
}

/** Finds the first demand that a token doesn't meet. */
export function findUnmet({ demands }: ParsedRule, claims: JsonObject, now: EpochMilliseconds): Demand | undefined {
  return demands.find(({ isMet }) => !isMet(claims, now))
}

/** Says all that a refusal with this code asks for: one challenge for several demands, so that a client asks once. */
export function listNeeds({ demands }: ParsedRule, code: Demand['code']): Demand['needs'] {
  return Object.assign({}, ...demands.filter((demand) => demand.code === code).map(({ needs }) => needs))
}

/** Says what was asked for and what is there, for logs alone. */
export function describeDemand({ check, expected, claim }: Demand, claims: JsonObject): FailedCheck {
  return { check, expected, got: quote(claims[claim]) }
}
