import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { updateEmailVerifiedAt } from './account-store.ts'

/** Notes that an account's address was shown to be its owner's, or that it counts as not shown. Nothing where it is so already. */
export async function verifyEmail(
  tx: Transaction,
  accountId: string,
  { isVerified = true, actor }: { readonly isVerified?: boolean; readonly actor: Actor },
): Promise<void> {
  if (!(await updateEmailVerifiedAt(tx.sql, accountId, isVerified ? tx.now : undefined))) return
  const act = isVerified ? 'account.email_verified' : 'account.email_unverified'
  await recordAuditEvent(tx, { act, actor, outcome: 'done', accountId })
}
