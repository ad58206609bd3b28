import type { Database, Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { beginPurge, listAccountsToPurge } from '../accounts/mark-deletion.ts'
import { everythingKept } from './everything-kept.ts'
import type { PurgeStep } from './kept-data.ts'

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
  for (const step of steps.slice(0, -1)) {
    let from: number | undefined = 0
    while (from !== undefined) {
      const start: number = from
      from = await database.write((tx) => step(tx, accountId, start))
    }
  }
  await database.write((tx) => purgeRest(tx, accountId))
  return true
}

/** The last of them is the account itself. */
const steps: readonly PurgeStep[] = everythingKept.flatMap(({ purged }) =>
  typeof purged === 'function' ? [purged] : [],
)

/**
 * The account, and in the same transaction what has come since its step was done: whoever found the account still there may have given it a password, or
 * tried to log in. What comes later finds no account.
 */
async function purgeRest(tx: Transaction, accountId: string): Promise<void> {
  await lockAccount(tx, accountId)
  for (const step of steps) {
    let from: number | undefined = 0
    while (from !== undefined) from = await step(tx, accountId, from)
  }
}
