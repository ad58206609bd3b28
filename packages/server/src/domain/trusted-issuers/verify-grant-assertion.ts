import type { ReadAssertion } from '../assertions/read-assertion.ts'
import {
  type AssertionDeps,
  type AssertionFault,
  type VerifiedAssertion,
  verifyAssertion,
} from '../assertions/verify-assertion.ts'
import { selectTrustedIssuer, selectTrustedSubject } from './trusted-issuer-store.ts'

/** Platforms name no type or the general one; another Ostiary's access tokens (RFC 9068) say what they are. */
const TYPES = ['jwt', 'authorization-grant+jwt', 'at+jwt']
/** A projected token of Kubernetes lives an hour unless it is told otherwise. */
const LONGEST_SECONDS = 3600

/** An assertion that is good, and the client that it stands for. */
export interface VerifiedGrant {
  readonly clientId: string
  readonly assertion: VerifiedAssertion
}

export type VerifyGrantOutcome =
  | { readonly ok: true; readonly grant: VerifiedGrant }
  | { readonly ok: false; readonly reason: AssertionFault | 'unknown_issuer' | 'unknown_subject' }

/** The client that a trusted issuer's assertion stands for; the assertion is not used by that. @see RFC 7523 §2.1, §3 */
export async function verifyGrantAssertion(deps: AssertionDeps, assertion: ReadAssertion): Promise<VerifyGrantOutcome> {
  const { read } = deps.database
  const { iss } = assertion.claims
  const trusted = isStorable(iss) ? await selectTrustedIssuer(read, iss) : undefined
  if (!trusted) return { ok: false, reason: 'unknown_issuer' }
  const { issuer: signer, keys } = trusted
  const expected = { signer, keys, types: TYPES, longestSeconds: LONGEST_SECONDS, isListTaken: true }
  const outcome = await verifyAssertion(deps, assertion, expected)
  if (!outcome.ok) return outcome
  const { verified } = outcome
  const rule = await selectTrustedSubject(read, signer, verified.subject)
  return rule
    ? { ok: true, grant: { clientId: rule.clientId, assertion: verified } }
    : { ok: false, reason: 'unknown_subject' }
}

/** What can't be stored was never registered. */
function isStorable(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value)
}
