import type { CheckName, FailedCheck } from '../guard-event.ts'
import type { JsonObject } from './parse-json-object.ts'
import { quote } from './quote.ts'

/** One rule on a token's header or claims. The verifier walks a list of them, and `explainToken` walks the same list. */
export interface Check<Policy> {
  readonly name: CheckName
  /** The member that it looks at. */
  readonly member: string
  readonly passes: (subject: JsonObject, policy: Policy) => boolean
  /** The member of the policy that it must agree with; undefined when the member must be absent, or `expected` says more. */
  readonly wants?: keyof Policy
  readonly expected?: (policy: Policy) => string
  /** What there is, where that is not the member's value. */
  readonly got?: (subject: JsonObject) => string
  /** For rules on time: how many seconds it is beyond the limit, when the check fails. */
  readonly secondsOff?: (subject: JsonObject, policy: Policy) => number
}

/** A token that a check refused. */
export interface RefusedToken {
  readonly ok: false
  readonly failure: FailedCheck
  /** The `kid` that no key has, so that newer keys may help. */
  readonly unknownKid?: string
}

/** Makes a refusal of a token. */
export function refuseToken(check: CheckName, expected: string, got: string): RefusedToken {
  return { ok: false, failure: { check, expected, got } }
}

/** Applies the checks in their order; undefined when all of them pass. */
export function applyChecks<P>(checks: readonly Check<P>[], subject: JsonObject, policy: P): RefusedToken | undefined {
  for (const check of checks) if (!check.passes(subject, policy)) return describeFailure(check, subject, policy)
  return undefined
}

/** Says what a check that doesn't pass expected and got. */
export function describeFailure<P>(check: Check<P>, subject: JsonObject, policy: P): RefusedToken {
  const refused = refuseToken(check.name, describeExpected(check, policy), describeGot(check, subject))
  if (check.secondsOff === undefined) return refused
  const secondsOff = Math.round(check.secondsOff(subject, policy) * 1000) / 1000
  return { ok: false, failure: { ...refused.failure, secondsOff } }
}

/** Says what a check asks for. */
export function describeExpected<P>({ expected, member, wants }: Check<P>, policy: P): string {
  return expected?.(policy) ?? `${member} to be ${quote(wants && policy[wants])}`
}

/** Says what a check looks at. */
export function describeGot<P>({ got, member }: Check<P>, subject: JsonObject): string {
  return got?.(subject) ?? quote(subject[member])
}
