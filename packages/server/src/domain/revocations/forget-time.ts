import { type EpochMilliseconds, type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { listApis } from '../apis/list-apis.ts'
import { LARGEST_LEEWAY_SECONDS } from './revocation.ts'

/** When no token that exists now is accepted any more: after the longest lifetime that an API gives, and the clocks' difference. */
export async function forgetTime(sql: Queries, now: EpochMilliseconds): Promise<EpochSeconds> {
  const lifetimes = (await listApis(sql)).map((api) => api.lifetimeSeconds)
  return toEpochSeconds(now) + 1 + Math.max(0, ...lifetimes) + LARGEST_LEEWAY_SECONDS
}
