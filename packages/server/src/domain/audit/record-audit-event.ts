import type { Transaction } from '../../platform/database/database.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { AuditEntry } from './audit-event.ts'
import { insertAuditEvent } from './audit-store.ts'

/** Records an event in the transaction that makes the change: neither is ever there without the other. */
export async function recordAuditEvent(tx: Transaction, entry: AuditEntry): Promise<void> {
  await insertAuditEvent(tx.sql, { ...entry, id: uuidv7(tx.now), at: tx.now, detail: entry.detail ?? {} })
}
