import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import { claimChecks } from '../claims/claim-checks.ts'
import { unreadableClaims } from '../claims/verify-access-token.ts'
import type { Rule } from '../guard.ts'
import type { CheckName, FailedCheck } from '../guard-event.ts'
import type { GuardOptions } from '../guard-options.ts'
import { type Check, describeExpected, describeFailure, describeGot } from '../jws/check.ts'
import { headerChecks } from '../jws/header-checks.ts'
import { findKey, type VerificationKey } from '../jws/key-set.ts'
import { type JsonObject, parseJsonObject } from '../jws/parse-json-object.ts'
import { expectedForm, splitCompact } from '../jws/split-compact.ts'
import { parseParts, refuseSignature, verifySignature } from '../jws/verify-jws.ts'
import { parseOptions } from '../parse-options.ts'
import { describeDemand, parseRule } from '../request/parse-rule.ts'
import type { Demand } from '../request/rule-checks.ts'
import { type ObtainedKeys, obtainKeys } from './obtain-keys.ts'

/** A guard's options and a route's rule, as far as a token's fate depends on them. Without `audience`, that one check is skipped. */
export interface ExplainOptions
  extends Pick<
    GuardOptions,
    'issuer' | 'keys' | 'leewaySeconds' | 'clock' | 'algorithms' | 'fetch' | 'dpop' | 'allowInsecureIssuer'
  > {
  readonly audience?: string
  /** What the route asks for: then its scopes, permissions and roles are checks as well. */
  readonly rule?: Rule
}

/** One check, in the order in which the guard makes them. */
export interface CheckResult {
  readonly check: CheckName
  readonly ok: boolean | 'skipped'
  readonly expected?: string
  readonly got?: string
  /** How many seconds a failed time is beyond its limit, leeway included: what the clocks differ by, at least. */
  readonly secondsOff?: number
  /** The result as a sentence. */
  readonly sentence: string
}

export interface Explanation {
  /** Whether a guard with these options, and the rule, would accept the token, revocation aside. */
  readonly accepted: boolean
  /** Undefined when it can't be read. */
  readonly header: JsonObject | undefined
  /** Undefined when they can't be read. Not to be believed unless `accepted`. */
  readonly claims: JsonObject | undefined
  readonly checks: readonly CheckResult[]
}

/**
 * Says, check by check, whether an issuer's guard would accept a token. It applies the guard's own rules, and goes on where
 * the guard stops, as far as there is something to look at.
 *
 * @throws GuardConfigurationError for options that no guard would start with, and for a rule that is none.
 */
export async function explainToken(token: string, options: ExplainOptions): Promise<Explanation> {
  const { audience = 'unknown', rule = {}, ...others } = options
  const { demands } = parseRule(rule)
  const settings = parseOptions({ ...others, audience })
  const parts = splitCompact(token)
  const parsed = parts.ok ? parseParts(parts) : parts
  if (!parts.ok || !parsed.ok) return explainForm(token, parsed.ok ? undefined : parsed.failure, demands)
  const { header, signature, payload } = parsed
  const headerResults = headerChecks.map((check) => examine(check, header, settings.policy))
  const key = explainKey(header, headerResults, await obtainKeys(settings))
  const claims = parseJsonObject(payload)
  const now = { ...settings.policy, now: settings.clock() }
  const claimResults =
    claims === undefined
      ? [failed(unreadableClaims.failure), ...claimNames.slice(1).map(skip)]
      : claimChecks.map((check) =>
          check.name === 'audience' && options.audience === undefined ? skip('audience') : examine(check, claims, now),
        )
  const checks = [
    passed('form', expectedForm, 'such a form'),
    ...headerResults.filter(({ check }) => check !== 'key'),
    key.result,
    explainSignature(parts.signingInput, signature, key.key),
    ...claimResults,
    ...demands.map((demand) => explainDemand(demand, claims, now.now)),
  ]
  return { accepted: checks.every((result) => isGood(result, options)), header, claims, checks }
}

const claimNames: readonly CheckName[] = claimChecks.map(({ name }) => name)

function isGood({ ok, check }: CheckResult, { audience }: ExplainOptions): boolean {
  return ok === true || (ok === 'skipped' && check === 'audience' && audience === undefined)
}

/** What can be read is shown all the same: only a signature may be damaged. */
function explainForm(token: string, failure: FailedCheck | undefined, demands: readonly Demand[]): Explanation {
  const [header, claims] = token.split('.').map((part) => parseJsonObject(Buffer.from(part, 'base64url')))
  const ofRule = demands.map(({ check }) => check)
  const names = [...headerChecks.map(({ name }) => name), 'signature' as const, ...claimNames, ...ofRule]
  const form = failure ?? { check: 'form', expected: expectedForm, got: 'something else' }
  return { accepted: false, header, claims, checks: [failed(form), ...names.map(skip)] }
}

interface ExplainedKey {
  readonly result: CheckResult
  readonly key?: VerificationKey
}

/** A key is looked for when the header may name one: the rule on `kid` and the one on `alg` come first. */
function explainKey(header: JsonObject, results: readonly CheckResult[], keys: ObtainedKeys): ExplainedKey {
  const kid = results.find(({ check }) => check === 'key')
  if (kid?.ok === false) return { result: kid }
  if (results.some(({ check, ok }) => check === 'algorithm' && ok !== true)) return { result: skip('key') }
  if (!keys.ok) return { result: failed({ check: 'key', expected: "the issuer's keys", got: keys.sentence }) }
  const found = findKey(header, keys.keySet)
  if (!found.ok) return { result: failed(found.failure) }
  const { key } = found
  return { key, result: passed('key', `a key for ${key.names.join(' or ')}`, key.kid ?? 'the only one that fits') }
}

function explainSignature(signingInput: string, signature: Buffer, key: VerificationKey | undefined): CheckResult {
  if (key === undefined) return skip('signature')
  const { failure } = refuseSignature(key)
  return verifySignature(signingInput, signature, key)
    ? passed('signature', failure.expected, 'that signature')
    : failed(failure)
}

function explainDemand(demand: Demand, claims: JsonObject | undefined, now: EpochMilliseconds): CheckResult {
  const { check, expected, isMet } = demand
  if (claims === undefined) return skip(check)
  const described = describeDemand(demand, claims)
  return isMet(claims, now) ? passed(check, expected, described.got) : failed(described)
}

function examine<P>(check: Check<P>, subject: JsonObject, policy: P): CheckResult {
  if (!check.passes(subject, policy)) return failed(describeFailure(check, subject, policy).failure)
  return passed(check.name, describeExpected(check, policy), describeGot(check, subject))
}

function passed(check: CheckName, expected: string, got: string): CheckResult {
  return { check, ok: true, expected, got, sentence: `${check} is good: got ${got}` }
}

function failed(failure: FailedCheck): CheckResult {
  const { check, expected, got, secondsOff } = failure
  const off = secondsOff === undefined || !Number.isFinite(secondsOff) ? '' : `, ${secondsOff} s beyond the limit`
  return { ...failure, ok: false, sentence: `${check} is bad: expected ${expected}, got ${got}${off}` }
}

function skip(check: CheckName): CheckResult {
  return { check, ok: 'skipped', sentence: `${check} was not checked` }
}
