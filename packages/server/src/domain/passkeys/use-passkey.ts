import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'
import type { Passkey } from './passkey.ts'
import { selectPasskey, updatePasskey } from './passkey-store.ts'
import type { PasskeyOwner } from './register-passkey.ts'

/** A use that has been verified: what its authenticator said of itself. */
export interface PasskeyUse {
  readonly credentialId: string
  readonly signCount: number
  readonly isBackedUp: boolean
  /** Whether the person has proved otherwise, just now, who they are. */
  readonly isSecondFactor: boolean
}

export type UsedPasskey =
  | {
      readonly ok: true
      /** As it was before. */
      readonly passkey: Passkey
    }
  /** Why, for the log alone. */
  | { readonly ok: false; readonly reason: 'removed' | 'suspended' | 'cloned' }

/**
 * Uses a passkey, in the transaction that lets its person in and with the account locked. Its counter must have gone up, if it has
 * one: else a copy of it may be about, so it is suspended, and its person is told.
 *
 * @see WebAuthn Level 3 §7.2 steps 22 and 24, §6.1.1
 */
export async function usePasskey(
  tx: Transaction,
  notices: NoticeDeps,
  owner: PasskeyOwner,
  { credentialId, signCount, isBackedUp, isSecondFactor }: PasskeyUse,
): Promise<UsedPasskey> {
  const passkey = await selectPasskey(tx.sql, credentialId)
  if (passkey?.accountId !== owner.accountId) return { ok: false, reason: 'removed' }
  if (passkey.suspendedAt !== undefined) return { ok: false, reason: 'suspended' }
  const counts = signCount > 0 || passkey.signCount > 0
  if (counts && signCount <= passkey.signCount) {
    await suspend(tx, notices, owner, passkey, signCount)
    return { ok: false, reason: 'cloned' }
  }
  // §7.2 step 24: that the authenticator verifies its person now counts only where somebody else has done so.
  const isUserVerified = passkey.isUserVerified || isSecondFactor
  await updatePasskey(tx.sql, { ...passkey, signCount, isBackedUp, isUserVerified, usedAt: tx.now })
  return { ok: true, passkey }
}

async function suspend(
  tx: Transaction,
  notices: NoticeDeps,
  owner: PasskeyOwner,
  passkey: Passkey,
  signCount: number,
): Promise<void> {
  const { accountId, network } = owner
  await updatePasskey(tx.sql, { ...passkey, suspendedAt: tx.now })
  await recordAuditEvent(tx, {
    ...{ act: 'passkey.suspended', actor: 'anonymous', outcome: 'done', accountId, network },
    detail: { passkey: passkey.id, expected: passkey.signCount + 1, presented: signCount },
  })
  await leaveNotice(tx, notices, { ...owner, notice: 'passkey_suspended' })
}
