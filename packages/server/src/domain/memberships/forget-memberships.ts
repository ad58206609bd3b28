import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deleteMembership, selectMembershipsOf } from './membership-store.ts'

/** Forgets what an account that goes belongs to, also where it is the last owner: who is gone owns nothing. Its sessions have ended before. */
export async function forgetMemberships(tx: Transaction, accountId: string): Promise<void> {
  for (const { organizationId } of await selectMembershipsOf(tx.sql, accountId)) {
    await deleteMembership(tx.sql, { organizationId, accountId })
    const detail = { organization: organizationId }
    await recordAuditEvent(tx, { act: 'member.removed', actor: 'system', outcome: 'done', accountId, detail })
  }
}
