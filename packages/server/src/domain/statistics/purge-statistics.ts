import type { Transaction } from '../../platform/database/database.ts'
import { type Resolution, resolutions } from './resolution.ts'
import { deleteStatistics } from './statistic-store.ts'

/** Far more than fall due between two rounds of maintenance. */
const MOST_AT_ONCE = 60

/** Removes what is kept no longer. */
export async function purgeStatistics(tx: Transaction): Promise<void> {
  for (const name of Object.keys(resolutions) as Resolution[]) {
    const before = tx.now - resolutions[name].keptMilliseconds
    await deleteStatistics(tx.sql, name, { before, most: MOST_AT_ONCE })
  }
}
