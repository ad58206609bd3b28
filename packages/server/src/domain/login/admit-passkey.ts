import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Doer, NoticeDeps } from '../mails/leave-notice.ts'
import { methodsOfPasskey } from '../passkeys/methods-of-passkey.ts'
import { takeChallenge } from '../passkeys/passkey-challenge.ts'
import { usePasskey } from '../passkeys/use-passkey.ts'
import { admitSuccess } from '../throttle/admit-success.ts'
import type { PasskeyRefusal, VerifiedPasskey } from './verify-passkey.ts'

export type PasskeyAdmission =
  | {
      readonly ok: true
      readonly accountId: string
      /** RFC 8176: how the person proved who they are. */
      readonly methods: readonly string[]
    }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly ok: false; readonly reason: 'refused'; readonly privateReason: PasskeyRefusal }

/**
 * Admits a verified passkey, in the transaction that opens its session and before it does. Uses its challenge, and asks again what may
 * have changed: the account, the passkey, the failures of others. Records the audit event either way, so a caller that is
 * refused opens no session and lets the transaction commit: a passkey that looks like a copy is then suspended.
 */
export async function admitPasskey(
  tx: Transaction,
  notices: NoticeDeps,
  verified: VerifiedPasskey,
  { clientId, doer }: { readonly clientId: string; readonly doer: Doer },
): Promise<PasskeyAdmission> {
  const { accountId, id } = verified.answer.passkey
  const admission = await decideAdmission(tx, notices, verified, doer)
  await recordAuditEvent(tx, {
    act: admission.ok ? 'login.succeeded' : 'login.refused',
    actor: admission.ok ? `account:${accountId}` : 'anonymous',
    outcome: admission.ok ? 'done' : 'refused',
    ...{ accountId, clientId, network: verified.subject.network },
    detail: { passkey: id, ...(!admission.ok && { reason: reasonOf(admission) }) },
  })
  return admission
}

async function decideAdmission(
  tx: Transaction,
  notices: NoticeDeps,
  verified: VerifiedPasskey,
  doer: Doer,
): Promise<PasskeyAdmission> {
  const { answer, subject } = verified
  const { challenge, challengeEnd, signCount, isBackedUp } = answer
  const { accountId, credentialId } = answer.passkey
  if (!(await takeChallenge(tx, challenge, challengeEnd))) return refuse('challenge_over')
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (account === undefined || account.disabledAt !== undefined) return refuse('disabled_account')
  const used = await usePasskey(
    tx,
    notices,
    { ...doer, accountId },
    { credentialId, signCount, isBackedUp, isSecondFactor: false },
  )
  if (!used.ok) return refuse(`${used.reason}_passkey`)
  const throttle = await admitSuccess(tx, subject)
  if (!throttle.ok) return { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
  return { ok: true, accountId, methods: methodsOfPasskey(used.passkey) }
}

function refuse(privateReason: PasskeyRefusal): PasskeyAdmission {
  return { ok: false, reason: 'refused', privateReason }
}

function reasonOf(refused: Exclude<PasskeyAdmission, { ok: true }>): string {
  return refused.reason === 'refused' ? refused.privateReason : refused.reason
}
