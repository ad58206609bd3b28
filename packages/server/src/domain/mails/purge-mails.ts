import type { Transaction } from '../../platform/database/database.ts'
import { deleteUnspent } from './mail-budget-store.ts'
import { deleteOverdueMails } from './mail-store.ts'

/** A worker that still holds one may finish. */
const KEPT_MS = 120_000

/** Forgets mails that have expired: those that were withheld, and those that nobody could send; and budgets that nothing was spent of lately. */
export async function purgeMails(tx: Transaction): Promise<void> {
  await deleteOverdueMails(tx.sql, tx.now - KEPT_MS)
  await deleteUnspent(tx.sql, tx.now)
}
