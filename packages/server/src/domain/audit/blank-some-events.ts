import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { blankEvents } from './audit-store.ts'

const STEP = 500

/**
 * Takes the network and the particulars out of some events of an account that is purged, from a moment on. What was done, when, by whom and with what
 * outcome stays: the account's id means nobody any more. Gives the moment to go on from; undefined when all are done.
 */
export async function blankSomeEvents(
  tx: Transaction,
  accountId: string,
  from: EpochMilliseconds,
): Promise<EpochMilliseconds | undefined> {
  return blankEvents(tx.sql, accountId, { from, most: STEP })
}
