import type { Database } from '../../platform/database/database.ts'
import { beginPurge, listAccountsToPurge } from '../accounts/mark-deletion.ts'
import { everythingKept } from './everything-kept.ts'

/** So many at once; the others come next time. */
const MOST_ACCOUNTS = 20

/** Purges accounts whose grace is over. */
export async function purgeAccounts(database: Database, now: number): Promise<void> {
  for (const accountId of await listAccountsToPurge(database.read, now, MOST_ACCOUNTS))
    await purgeAccount(database, accountId)
}

/**
 * Purges one account, in small steps, each a transaction of its own, so that nobody waits behind it. A purge that breaks off is begun again from the start and
 * finds less to do; two at once do each other no harm. False when the account stays after all.
 */
export async function purgeAccount(database: Pick<Database, 'write'>, accountId: string): Promise<boolean> {
  if (!(await database.write((tx) => beginPurge(tx, accountId, false)))) return false
  for (const { purged: step } of everythingKept) {
    if (typeof step !== 'function') continue
    let from: number | undefined = 0
    while (from !== undefined) {
      const start: number = from
      from = await database.write((tx) => step(tx, accountId, start))
    }
  }
  return true
}
