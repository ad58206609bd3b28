import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { findAccount } from '../accounts/find-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { emptyAssertion, parseAssertion } from '../passkeys/parse-credential.ts'
import { type ChallengeScope, takeChallenge } from '../passkeys/passkey-challenge.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import { checkThrottle } from '../throttle/check-throttle.ts'
import { recordFailure } from '../throttle/record-failure.ts'
import { passkeySubject, type ThrottleSubject } from '../throttle/throttle-subject.ts'
import { type RightAnswer, verifyPasskeyAnswer, type WrongAnswer } from './verify-passkey-answer.ts'

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
  /** The address that the request came from, as the socket or a trusted proxy tells it. */
  readonly address: string | undefined
}

/** Why, for the log. Never for the answer, which is the same for all of them. */
export type PasskeyRefusal =
  | WrongAnswer
  | 'challenge_over'
  | 'disabled_account'
  | 'removed_passkey'
  | 'suspended_passkey'
  | 'cloned_passkey'

/** A passkey that answered, which opens nothing yet: `admitPasskey` does, in the transaction that opens the session. */
export interface VerifiedPasskey {
  readonly answer: RightAnswer
  readonly subject: ThrottleSubject
}

export type PasskeyVerification =
  | { readonly ok: true; readonly verified: VerifiedPasskey }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly ok: false; readonly reason: 'refused'; readonly privateReason: PasskeyRefusal }

/**
 * Verifies a login with a passkey. Whatever is wrong with it takes the same path: four reads, one verification, one write.
 * What was refused has been counted and audited when this answers, and its challenge is used up; an attempt that is throttled from
 * the start costs one read and is not counted.
 */
export async function verifyPasskey(deps: PasskeyDeps, attempt: PasskeyAttempt): Promise<PasskeyVerification> {
  const { database, clock } = deps
  const { relyingParty, scope } = attempt
  const assertion = parseAssertion(attempt.credential)
  const subject = passkeySubject((assertion ?? emptyAssertion()).credentialId, attempt.address)
  const throttle = await checkThrottle(database.read, clock.now(), subject)
  if (!throttle.ok) return { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
  const answer = await verifyPasskeyAnswer(deps, { relyingParty, assertion, scope })
  const accountId = answer.ok ? answer.passkey.accountId : answer.accountId
  // No account's id is empty.
  const account = await findAccount(database.read, accountId ?? '')
  const { challenge, challengeEnd } = answer
  const refusal = { subject, accountId, challenge, challengeEnd }
  if (!answer.ok) return refusePasskey(deps, { ...refusal, privateReason: answer.privateReason })
  if (account?.disabledAt !== undefined) return refusePasskey(deps, { ...refusal, privateReason: 'disabled_account' })
  return { ok: true, verified: { answer, subject } }
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
