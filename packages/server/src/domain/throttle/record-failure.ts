import type { Transaction } from '../../platform/database/database.ts'
import { throttleLimits } from './throttle-limits.ts'
import { addFailures } from './throttle-store.ts'
import type { ThrottleSubject } from './throttle-subject.ts'

/** Counts a failed attempt for its login name, its network and the pair of them. */
export async function recordFailure(tx: Transaction, { keys }: ThrottleSubject): Promise<void> {
  const buckets = ['account', 'network', 'pair'] as const
  await addFailures(
    tx.sql,
    tx.now,
    buckets.map((bucket) => ({ key: keys[bucket], forgetAt: tx.now + throttleLimits[bucket].quietMilliseconds })),
  )
}
