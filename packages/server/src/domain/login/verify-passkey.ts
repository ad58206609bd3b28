import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { findAccount } from '../accounts/find-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findPasskey } from '../passkeys/find-passkey.ts'
import { type Assertion, emptyAssertion, parseAssertion } from '../passkeys/parse-credential.ts'
import type { Passkey } from '../passkeys/passkey.ts'
import { type ChallengeScope, findChallengeEnd, takeChallenge } from '../passkeys/passkey-challenge.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import { findUserHandle } from '../passkeys/user-handle.ts'
import { type AssertionVerdict, verifyAssertion } from '../passkeys/verify-assertion.ts'
import { checkThrottle } from '../throttle/check-throttle.ts'
import { recordFailure } from '../throttle/record-failure.ts'
import { passkeySubject, type ThrottleSubject } from '../throttle/throttle-subject.ts'

export interface PasskeyDeps {
  readonly database: Database
  readonly clock: Clock
  readonly sealer: Sealer
}

export interface PasskeyAttempt {
  readonly relyingParty: RelyingParty
  /** What the browser sent: the JSON of a credential, or any text. */
  readonly credential: string
  /** Absent: this browser was given no challenge. */
  readonly scope: ChallengeScope | undefined
  /** Whose passkey alone will do: that of who has proved something else already. Absent: whoever's it is signs in. */
  readonly accountId?: string | undefined
  /** The address that the request came from, as the socket or a trusted proxy tells it. */
  readonly address: string | undefined
}

/** Why, for the log. Never for the answer, which is the same for all of them. */
export type PasskeyRefusal =
  | 'malformed_credential'
  | 'wrong_challenge'
  | 'challenge_over'
  | 'unknown_passkey'
  | 'wrong_account'
  | 'wrong_user_handle'
  | 'disabled_account'
  | `wrong_${Extract<AssertionVerdict, { ok: false }>['reason']}`
  | 'removed_passkey'
  | 'suspended_passkey'
  | 'cloned_passkey'

/** A passkey that answered, which opens nothing yet: `admitPasskey` does, in the transaction that opens the session. */
export interface VerifiedPasskey {
  readonly passkey: Passkey
  readonly subject: ThrottleSubject
  readonly challenge: string
  readonly challengeEnd: EpochMilliseconds
  readonly signCount: number
  readonly isBackedUp: boolean
  readonly isSecondFactor: boolean
}

export type PasskeyVerification =
  | { readonly ok: true; readonly verified: VerifiedPasskey }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly ok: false; readonly reason: 'refused'; readonly privateReason: PasskeyRefusal }

/**
 * Verifies what a browser sent of a passkey. Whatever is wrong with it takes the same path: four reads, one verification, one write.
 * What was refused has been counted and audited when this answers, and its challenge is used up; an attempt that is throttled from
 * the start costs one read and is not counted.
 */
export async function verifyPasskey(deps: PasskeyDeps, attempt: PasskeyAttempt): Promise<PasskeyVerification> {
  const { database, clock } = deps
  const parsed = parseAssertion(attempt.credential)
  const assertion = parsed ?? emptyAssertion()
  const subject = passkeySubject(assertion.credentialId, attempt.address)
  const throttle = await checkThrottle(database.read, clock.now(), subject)
  if (!throttle.ok) return { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
  const passkey = await findPasskey(database.read, assertion.credentialId)
  // No account's id is empty.
  const account = await findAccount(database.read, passkey?.accountId ?? '')
  const hasRightHandle = await isUserHandleRight(database.read, assertion, passkey, attempt)
  const { challenge } = assertion.clientData
  const challengeEnd = attempt.scope && findChallengeEnd(deps.sealer, attempt.scope, challenge)
  const verdict = await verifyAssertion(attempt.relyingParty, {
    assertion,
    challenge,
    passkey: passkey ?? nobodysPasskey,
  })
  const refuse = (privateReason: PasskeyRefusal) =>
    refusePasskey(deps, { subject, privateReason, accountId: passkey?.accountId, challenge, challengeEnd })
  if (!parsed) return refuse('malformed_credential')
  if (challengeEnd === undefined) return refuse('wrong_challenge')
  if (!passkey) return refuse('unknown_passkey')
  if (attempt.accountId !== undefined && attempt.accountId !== passkey.accountId) return refuse('wrong_account')
  if (!hasRightHandle) return refuse('wrong_user_handle')
  if (!verdict.ok) return refuse(`wrong_${verdict.reason}`)
  const { signCount, isBackedUp } = verdict
  const facts = { signCount, isBackedUp, isSecondFactor: attempt.accountId !== undefined }
  if (account?.disabledAt !== undefined) return refuse('disabled_account')
  return { ok: true, verified: { passkey, subject, challenge, challengeEnd, ...facts } }
}

/** WebAuthn §7.2 step 6: who is not known yet must be named by the authenticator; who is may be. */
async function isUserHandleRight(
  sql: Queries,
  { userHandle }: Assertion,
  passkey: Passkey | undefined,
  { accountId }: PasskeyAttempt,
): Promise<boolean> {
  const handle = await findUserHandle(sql, passkey?.accountId ?? '')
  if (userHandle === undefined) return accountId !== undefined
  return handle !== undefined && handle === userHandle
}

interface Refusal {
  readonly subject: ThrottleSubject
  readonly privateReason: PasskeyRefusal
  readonly accountId: string | undefined
  readonly challenge: string
  /** Absent: the challenge was none of ours. */
  readonly challengeEnd: EpochMilliseconds | undefined
}

async function refusePasskey(
  { database }: PasskeyDeps,
  { subject, privateReason, accountId, challenge, challengeEnd }: Refusal,
): Promise<PasskeyVerification> {
  const throttle = await database.write(async (tx) => {
    if (challengeEnd !== undefined) await takeChallenge(tx, challenge, challengeEnd)
    const { isCounted, verdict } = await recordFailure(tx, subject)
    await recordAuditEvent(tx, {
      ...{ act: 'login.refused', actor: 'anonymous', outcome: 'refused', accountId, network: subject.network },
      detail: { passkey: true, reason: isCounted ? privateReason : 'throttled' },
    })
    return verdict
  })
  if (!throttle.ok) return { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
  return { ok: false, reason: 'refused', privateReason }
}

/** For an id that is nobody's, so that it costs what another costs. Its key is the base point of P-256; it opens nothing, whoever signs with it. */
const nobodysPasskey: Passkey = {
  ...{ id: '', credentialId: '', accountId: '', signCount: 0, transports: [], aaguid: '', name: '', createdAt: 0 },
  publicKey: 'pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  ...{ isBackupEligible: false, isBackedUp: false, isUserVerified: false, usedAt: undefined, suspendedAt: undefined },
}
