import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { throttleLimits, waitsUntil } from './throttle-limits.ts'
import { selectRows, type ThrottleRow } from './throttle-store.ts'
import type { ThrottleSubject } from './throttle-subject.ts'

export type ThrottleVerdict =
  | { readonly ok: true }
  | { readonly ok: false /** At least 1, at most 900. */; readonly retryAfterSeconds: number }

/** Whether this attempt may be made at all, asked before anything is hashed: one read. It counts nothing. */
export async function checkThrottle(
  sql: Queries,
  now: EpochMilliseconds,
  subject: ThrottleSubject,
): Promise<ThrottleVerdict> {
  return decideThrottle(await selectRows(sql, Object.values(subject.keys)), now, subject)
}

/** The verdict on rows that have been read. A pair that is known answers for its own failures alone. */
export function decideThrottle(
  rows: readonly ThrottleRow[],
  now: EpochMilliseconds,
  { keys }: ThrottleSubject,
): ThrottleVerdict {
  const rowOf = new Map(rows.map((row) => [row.key, row]))
  const known = rowOf.get(keys.known)
  const isKnown = known !== undefined && known.forgetAt > now
  const counted = isKnown ? (['pair'] as const) : (['account', 'network', 'pair'] as const)
  const waits = counted.map((bucket) => {
    const row = rowOf.get(keys[bucket])
    return row === undefined ? 0 : waitsUntil(throttleLimits[bucket], row, now)
  })
  const until = Math.max(...waits)
  return until <= now ? { ok: true } : { ok: false, retryAfterSeconds: Math.ceil((until - now) / 1000) }
}
