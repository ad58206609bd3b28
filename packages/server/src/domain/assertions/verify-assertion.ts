import { compactVerify, errors } from 'jose'
import { type Clock, type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { ClientKeys } from '../clients/client.ts'
import { assertionAlgorithms } from './fitting-keys.ts'
import type { FoundKeys, KeySets } from './key-sets.ts'
import type { ReadAssertion } from './read-assertion.ts'

/** How far the clock of whoever signed may be ahead of ours. */
const LEEWAY_SECONDS = 15

/** What assertions are verified with. */
export interface AssertionDeps {
  /** Ours: the audience of every assertion. */
  readonly issuer: string
  readonly database: Database
  readonly clock: Clock
  readonly keySets: KeySets
}

/** What one kind of assertion must be like. */
export interface ExpectedAssertion {
  readonly signer: string
  readonly keys: ClientKeys
  /** In lower case, without `application/`. An assertion may leave its type out. */
  readonly types: readonly string[]
  readonly longestSeconds: number
  /** Kubernetes writes a list even where the audience is one. */
  readonly isListTaken: boolean
}

export interface VerifiedAssertion {
  readonly signer: string
  readonly subject: string
  readonly jti: string
  readonly expiresAt: EpochSeconds
}

/** Why an assertion is refused: for the log alone. */
export type AssertionFault =
  | 'algorithm'
  | 'critical'
  | 'type'
  | 'issuer'
  | 'subject'
  | 'audience'
  | 'expiry'
  | 'expired'
  | 'too_long_lived'
  | 'issued_at'
  | 'not_before'
  | 'jti'
  | 'signature'
  | Extract<FoundKeys, { ok: false }>['reason']

export type VerifyAssertionOutcome =
  | { readonly ok: true; readonly verified: VerifiedAssertion }
  | { readonly ok: false; readonly reason: AssertionFault }

/** Proves what an assertion says. It is not used by that: `useAssertion` is the last step. @see RFC 7523 §3 */
export async function verifyAssertion(
  { issuer, clock, keySets }: AssertionDeps,
  { token, header, claims }: ReadAssertion,
  expected: ExpectedAssertion,
): Promise<VerifyAssertionOutcome> {
  const now = toEpochSeconds(clock.now())
  const said = { header, claims, expected, issuer, now }
  const fault = checks.find(([, isGood]) => !isGood(said))
  if (fault) return { ok: false, reason: fault[0] }
  const [alg, kid] = [String(header.alg), header.kid === undefined ? undefined : String(header.kid)]
  const found = await keySets.find(expected.keys, { alg, kid })
  if (!found.ok) return found
  if (!(await isSignedByOne(token, alg, found.keys))) return { ok: false, reason: 'signature' }
  const { sub, jti, exp } = claims
  const expiresAt = Math.floor(Number(exp))
  const verified = { signer: expected.signer, subject: String(sub), jti: String(jti), expiresAt }
  return { ok: true, verified }
}

interface Said extends Pick<ReadAssertion, 'header' | 'claims'> {
  readonly expected: ExpectedAssertion
  readonly issuer: string
  readonly now: EpochSeconds
}

/** In this order; all of them before a key is looked for, so that junk makes nobody's address be read. */
const checks: readonly (readonly [AssertionFault, (said: Said) => boolean])[] = [
  ['algorithm', ({ header }) => assertionAlgorithms.some((known) => known === header.alg)],
  // RFC 7515 §4.1.11: no extension is understood here.
  ['critical', ({ header }) => !('crit' in header)],
  ['type', ({ header, expected }) => isTypeTaken(header.typ, expected.types)],
  ['issuer', ({ claims, expected }) => claims.iss === expected.signer],
  ['subject', ({ claims }) => isText(claims.sub)],
  // draft-ietf-oauth-rfc7523bis §4, CVE-2025-27370: whoever else could be meant could also use it here.
  ['audience', ({ claims, issuer, expected }) => isMeantForUs(claims.aud, issuer, expected.isListTaken)],
  ['expiry', ({ claims }) => isTime(claims.exp)],
  ['expired', ({ claims, now }) => Math.floor(Number(claims.exp)) > now],
  ['too_long_lived', ({ claims, now, expected }) => Number(claims.exp) <= now + expected.longestSeconds],
  ['issued_at', ({ claims, now }) => hasBegun(claims.iat, now)],
  ['not_before', ({ claims, now }) => hasBegun(claims.nbf, now)],
  ['jti', ({ claims }) => isText(claims.jti)],
]

function isTypeTaken(typ: unknown, types: readonly string[]): boolean {
  if (typ === undefined) return true
  // RFC 7515 §4.1.9
  return typeof typ === 'string' && types.includes(typ.toLowerCase().replace(/^application\//, ''))
}

function isMeantForUs(aud: unknown, issuer: string, isListTaken: boolean): boolean {
  const [only, ...others] = isListTaken && Array.isArray(aud) ? aud : [aud]
  return only === issuer && others.length === 0
}

function hasBegun(time: unknown, now: EpochSeconds): boolean {
  return time === undefined || (isTime(time) && time <= now + LEEWAY_SECONDS)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value)
}

async function isSignedByOne(
  token: string,
  alg: string,
  keys: Extract<FoundKeys, { ok: true }>['keys'],
): Promise<boolean> {
  for (const key of keys) {
    try {
      await compactVerify(token, key, { algorithms: [alg] })
      return true
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
    }
  }
  return false
}
