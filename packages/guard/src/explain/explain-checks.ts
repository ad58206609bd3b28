import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import { claimChecks } from '../claims/claim-checks.ts'
import { type AccessTokenPolicy, unreadableClaims } from '../claims/verify-access-token.ts'
import type { Rule } from '../guard.ts'
import type { CheckName, FailedCheck } from '../guard-event.ts'
import { type Check, describeExpected, describeFailure, describeGot } from '../jws/check.ts'
import { headerChecks } from '../jws/header-checks.ts'
import { findKey, type NamedKey, type NamedKeys } from '../jws/key-set.ts'
import { type JsonObject, parseJsonObject } from '../jws/parse-json-object.ts'
import { expectedForm, splitCompact } from '../jws/split-compact.ts'
import { parseParts, refuseSignature } from '../jws/verify-jws.ts'
import { describeDemand, parseRule } from '../request/parse-rule.ts'
import type { Demand } from '../request/rule-checks.ts'

export { accessTokenType } from '../claims/verify-access-token.ts'
export type { Rule } from '../guard.ts'
export type { Algorithm } from '../jws/algorithm.ts'
export { asymmetricAlgorithms, symmetricAlgorithms } from '../jws/algorithm.ts'
export { collectKeys } from '../keys/collect-keys.ts'
export { type JudgedKey, judgeKey } from '../keys/judge-key.ts'

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

export type ObtainedKeys<Key extends NamedKey> =
  | { readonly ok: true; readonly keySet: NamedKeys<Key> }
  | { readonly ok: false; readonly sentence: string }

/** What a guard asks of a token, ready to be applied, and the keys, of whatever cryptography there is. */
export interface ExplainedGuard<Key extends NamedKey> {
  /** Without an audience, that one check is skipped. */
  readonly policy: AccessTokenPolicy
  readonly now: EpochMilliseconds
  /** What the route asks for. */
  readonly rule: Rule
  /** Asked for only when there is a token to look at. */
  readonly obtainKeys: () => Promise<ObtainedKeys<Key>>
  /** Whether the key made this signature over this text, which is ASCII. */
  readonly verifies: (key: Key, signingInput: string, signature: Uint8Array) => boolean | Promise<boolean>
}

/**
 * Walks the guard's own lists of rules, and goes on where the guard stops, as far as there is something to look at. Of Node it needs no more than
 * `node:buffer`: in a browser with a stand-in for that, and WebCrypto for `verifies`.
 *
 * @throws GuardConfigurationError for a rule that is none.
 */
export async function explainChecks<Key extends NamedKey>(
  token: string,
  { policy, now, rule, obtainKeys, verifies }: ExplainedGuard<Key>,
): Promise<Explanation> {
  const { demands } = parseRule(rule)
  const parts = splitCompact(token)
  const parsed = parts.ok ? parseParts(parts) : parts
  if (!parts.ok || !parsed.ok) return explainForm(token, parsed.ok ? undefined : parsed.failure, demands)
  const { header, signature, payload } = parsed
  const headerResults = headerChecks.map((check) => examine(check, header, policy))
  const { key, result: keyResult } = explainKey(header, headerResults, await obtainKeys())
  const isRight = key !== undefined && (await verifies(key, parts.signingInput, signature))
  const claims = parseJsonObject(payload)
  const checks = [
    passed('form', expectedForm, 'such a form'),
    ...headerResults.filter(({ check }) => check !== 'key'),
    keyResult,
    key === undefined ? skip('signature') : explainSignature(key, isRight),
    ...explainClaims(claims, policy, now),
    ...demands.map((demand) => explainDemand(demand, claims, now)),
  ]
  return { accepted: checks.every((result) => isGood(result, policy)), header, claims, checks }
}

function explainClaims(
  claims: JsonObject | undefined,
  policy: AccessTokenPolicy,
  now: EpochMilliseconds,
): readonly CheckResult[] {
  if (claims === undefined) return [failed(unreadableClaims.failure), ...claimNames.slice(1).map(skip)]
  return claimChecks.map((check) =>
    check.name === 'audience' && policy.audience === undefined
      ? skip('audience')
      : examine(check, claims, { ...policy, now }),
  )
}

const claimNames: readonly CheckName[] = claimChecks.map(({ name }) => name)

function isGood({ ok, check }: CheckResult, { audience }: AccessTokenPolicy): boolean {
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

interface ExplainedKey<Key extends NamedKey> {
  readonly result: CheckResult
  readonly key?: Key
}

/** A key is looked for when the header may name one: the rule on `kid` and the one on `alg` come first. */
function explainKey<Key extends NamedKey>(
  header: JsonObject,
  results: readonly CheckResult[],
  keys: ObtainedKeys<Key>,
): ExplainedKey<Key> {
  const kid = results.find(({ check }) => check === 'key')
  if (kid?.ok === false) return { result: kid }
  if (results.some(({ check, ok }) => check === 'algorithm' && ok !== true)) return { result: skip('key') }
  if (!keys.ok) return { result: failed({ check: 'key', expected: "the issuer's keys", got: keys.sentence }) }
  const found = findKey(header, keys.keySet)
  if (!found.ok) return { result: failed(found.failure) }
  const { key } = found
  return { key, result: passed('key', `a key for ${key.names.join(' or ')}`, key.kid ?? 'the only one that fits') }
}

function explainSignature(key: NamedKey, isRight: boolean): CheckResult {
  const { failure } = refuseSignature(key)
  return isRight ? passed('signature', failure.expected, 'that signature') : failed(failure)
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
