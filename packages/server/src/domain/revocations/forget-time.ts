import { type EpochMilliseconds, type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { listApis } from '../apis/list-apis.ts'
import { findOutlivedLifetime } from '../apis/outlived-lifetime.ts'
import { LARGEST_LEEWAY_SECONDS } from './revocation.ts'

/**
 * When no token that exists now is accepted any more: after the longest lifetime that an API gives, or gave while such tokens are out there, and
 * the clocks' difference.
 */
export async function forgetTime(sql: Queries, now: EpochMilliseconds): Promise<EpochSeconds> {
  const lifetimes = (await listApis(sql)).map((api) => api.lifetimeSeconds)
  const lastExpiry = toEpochSeconds(now) + 1 + Math.max(0, ...lifetimes)
  const outlived = toEpochSeconds(await findOutlivedLifetime(sql)) + 1
  return Math.max(lastExpiry, outlived) + LARGEST_LEEWAY_SECONDS
}
