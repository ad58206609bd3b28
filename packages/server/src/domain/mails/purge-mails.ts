import type { Transaction } from '../../platform/database/database.ts'
import { deleteUnspent } from './mail-budget-store.ts'
import { deleteOverdueMails } from './mail-store.ts'

/** A worker that still holds one may finish. */
const KEPT_MS = 120_000

/** Forgets some mails that have expired: those that were withheld, and those that nobody could send. Returns how many. */
export function purgeMails(tx: Transaction, most: number): Promise<number> {
  return deleteOverdueMails(tx.sql, tx.now - KEPT_MS, most)
}

/** Forgets some budgets that nothing was spent of lately. Returns how many. */
export function purgeMailBudgets(tx: Transaction, most: number): Promise<number> {
  return deleteUnspent(tx.sql, tx.now, most)
}
