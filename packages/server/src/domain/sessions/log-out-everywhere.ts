import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { endChallenges } from '../email-challenges/end-challenges.ts'
import { forgetDevices } from '../remembered-devices/remembered-devices.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { endSessions } from './end-session.ts'
import { selectImpersonations, selectOpenSessions } from './session-store.ts'

/**
 * Ends every session of an account, and revokes its tokens that came from none. A login in the very same millisecond is either among the
 * sessions that end, or gets a token that works: so tokens are revoked up to the millisecond before.
 */
export async function logOutEverywhere(
  tx: Transaction,
  accountId: string,
  actor: Actor,
): Promise<{ readonly count: number; readonly sequence: number }> {
  // What is being opened by one of its sessions is waited for, and ends with them.
  await lockAccount(tx, accountId)
  const { count } = await endSessions(tx, await selectOpenSessions(tx.sql, accountId), actor)
  // Nobody goes on as somebody else who may not go on as themselves.
  await endSessions(tx, await selectImpersonations(tx.sql, accountId), actor)
  await forgetDevices(tx, accountId, actor)
  // What was asked for in one of them would be done by the link of a mail, without any.
  await endChallenges(tx, accountId)
  await recordAuditEvent(tx, {
    act: 'account.logged_out',
    actor,
    outcome: 'done',
    accountId,
    detail: { sessions: count },
  })
  const forgetAt = await forgetTime(tx.sql, tx.now)
  const sequence = await recordRevocations(tx, [{ kind: 'u', identifier: accountId, moment: tx.now - 1, forgetAt }])
  return { count, sequence }
}
