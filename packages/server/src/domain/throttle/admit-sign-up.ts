import type { Transaction } from '../../platform/database/database.ts'
import type { ThrottleVerdict } from './check-throttle.ts'
import { type ThrottleLimit, waitsUntil } from './throttle-limits.ts'
import { addFailures, insertMissing, lockRow } from './throttle-store.ts'

/** An office or a class may sign up together; whoever fills the database with accounts waits. */
const limit: ThrottleLimit = { freeFailures: 20, quietMilliseconds: 86_400_000 }

/** Whether somebody in this network may begin to sign up. Each that does counts, whoever they are. */
export async function admitSignUp(tx: Transaction, network: string): Promise<ThrottleVerdict> {
  const key = `sign-up-network:${network}`
  const forgetAt = tx.now + limit.quietMilliseconds
  await insertMissing(tx.sql, [{ key, forgetAt }])
  const row = await lockRow(tx.sql, key)
  const until = row === undefined ? 0 : waitsUntil(limit, row, tx.now)
  if (until > tx.now) return { ok: false, retryAfterSeconds: Math.ceil((until - tx.now) / 1000) }
  await addFailures(tx.sql, tx.now, [{ key, forgetAt }])
  return { ok: true }
}
