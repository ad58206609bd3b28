import type { Transaction } from '../../platform/database/database.ts'
import { decideThrottle, type ThrottleVerdict } from './check-throttle.ts'
import { throttleLimits } from './throttle-limits.ts'
import { insertMissing, lockRow, selectRows, type ThrottleRow } from './throttle-store.ts'
import type { ThrottleSubject } from './throttle-subject.ts'

/**
 * Whether a guess may be looked at. Its rows stay locked until the end of the transaction, where `countFailure` counts it if it was wrong:
 * guesses made at once are looked at one after the other.
 */
export async function admitGuess(tx: Transaction, subject: ThrottleSubject): Promise<ThrottleVerdict> {
  // In the order of `countFailure`, so that nobody deadlocks.
  const buckets = ['account', 'network', 'pair'] as const
  await insertMissing(
    tx.sql,
    buckets.map((bucket) => ({
      key: subject.keys[bucket],
      forgetAt: tx.now + throttleLimits[bucket].quietMilliseconds,
    })),
  )
  const rows: ThrottleRow[] = [...(await selectRows(tx.sql, [subject.keys.known]))]
  for (const bucket of buckets) {
    const row = await lockRow(tx.sql, subject.keys[bucket])
    if (row) rows.push(row)
  }
  return decideThrottle(rows, tx.now, subject)
}
