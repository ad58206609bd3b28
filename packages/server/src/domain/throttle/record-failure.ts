import type { Transaction } from '../../platform/database/database.ts'
import { decideThrottle, type ThrottleVerdict } from './check-throttle.ts'
import { throttleLimits } from './throttle-limits.ts'
import { addFailures, lockRow, selectRows } from './throttle-store.ts'
import type { ThrottleSubject } from './throttle-subject.ts'

export interface RecordedFailure {
  /** False for an attempt that came too late to be let in at all: it prolongs nothing. */
  readonly isCounted: boolean
  /** What is to be told. */
  readonly verdict: ThrottleVerdict
}

/**
 * Records a wrong password. Asks first once more, as `admitSuccess` does for the right one: of many guesses at once those that came too late are
 * answered alike, right or wrong, so that the right one among them can't be told.
 *
 * A network that the name is known to come from is let in for longer, but is not told so: else a stranger in that network would learn who
 * logs in from there.
 */
export async function recordFailure(tx: Transaction, subject: ThrottleSubject): Promise<RecordedFailure> {
  const { keys } = subject
  // In the order of `admitSuccess`, so that nobody deadlocks.
  const account = await lockRow(tx.sql, keys.account)
  const others = await selectRows(tx.sql, [keys.network, keys.known])
  const pair = await lockRow(tx.sql, keys.pair)
  const rows = [account, pair, ...others].filter((row) => row !== undefined)
  const own = decideThrottle(rows, tx.now, subject)
  if (!own.ok) return { isCounted: false, verdict: own }
  await countFailure(tx, subject)
  const asStranger = rows.filter(({ key }) => key !== keys.known)
  return { isCounted: true, verdict: decideThrottle(asStranger, tx.now, subject) }
}

/** Counts a failure for a login name, its network and the pair of them, whatever their counts are. */
export async function countFailure(tx: Transaction, { keys }: ThrottleSubject): Promise<void> {
  const buckets = ['account', 'network', 'pair'] as const
  await addFailures(
    tx.sql,
    tx.now,
    buckets.map((bucket) => ({ key: keys[bucket], forgetAt: tx.now + throttleLimits[bucket].quietMilliseconds })),
  )
}
