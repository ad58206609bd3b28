import type { CheckName, FailedCheck } from '../guard-event.ts'

/** One rule on a token's header or claims. The verifier walks a list of them, and `explainToken` walks the same list. */
export interface Check<Subject, Policy> {
  readonly name: CheckName
  readonly passes: (subject: Subject, policy: Policy) => boolean
  readonly expected: (policy: Policy) => string
  readonly got: (subject: Subject, policy: Policy) => string
  /** For rules on time: how far it is from the limit; positive when the check fails. */
  readonly secondsOff?: (subject: Subject, policy: Policy) => number
}

/** Finds the first check that doesn't pass. */
export function findFailedCheck<Subject, Policy>(
  checks: readonly Check<Subject, Policy>[],
  subject: Subject,
  policy: Policy,
): FailedCheck | undefined {
  for (const check of checks) if (!check.passes(subject, policy)) return describeFailure(check, subject, policy)
  return undefined
}

/** Says what a check that doesn't pass expected and got. */
export function describeFailure<S, P>(check: Check<S, P>, subject: S, policy: P): FailedCheck {
  return {
    check: check.name,
    expected: check.expected(policy),
    got: check.got(subject, policy),
    ...(check.secondsOff === undefined
      ? undefined
      : { secondsOff: roundToMilliseconds(check.secondsOff(subject, policy)) }),
  }
}

function roundToMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
