import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deleteUpstream } from './upstream-store.ts'

/**
 * Removes an upstream provider: nobody logs in with it any more. Who its people are here stays known, for when its issuer is registered again.
 * False when there is none of that id.
 */
export async function removeUpstream(tx: Transaction, id: string, actor: Actor): Promise<boolean> {
  if (!(await deleteUpstream(tx.sql, id))) return false
  await recordAuditEvent(tx, { act: 'upstream.removed', actor, outcome: 'done', detail: { upstream: id } })
  return true
}
