import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { type FeedGuard, selectGuardsSince } from './feed-guard-store.ts'
import { selectHead } from './feed-store.ts'

export type { FeedGuard }

/** A guard that was silent for so long counts as gone. */
const SILENCE_MS = 15_000

/** Every guard that acknowledged within the last day, also those that are silent now. */
export async function listRecentGuards(sql: Queries): Promise<FeedGuard[]> {
  return selectGuardsSince(sql, 0)
}

/** The guards that acknowledge, and so are known to live. */
export async function listLivingGuards(sql: Queries, now: EpochMilliseconds): Promise<FeedGuard[]> {
  return selectGuardsSince(sql, now - SILENCE_MS)
}

/** Guards that have acknowledged before and are not heard of any more, until they are forgotten. */
export async function listSilentGuards(sql: Queries, now: EpochMilliseconds): Promise<FeedGuard[]> {
  return (await listRecentGuards(sql)).filter(({ acknowledgedAt }) => acknowledgedAt < now - SILENCE_MS)
}

export const guardStates = ['live', 'stale', 'dark'] as const
export type GuardState = (typeof guardStates)[number]

/** For so long a guard that hears nothing goes on by its copy. */
const DARK_AFTER_MS = 60_000

/** A guard that has a credential, and what is to be thought of it. */
export interface FleetGuard extends FeedGuard {
  /** Dark: silent for a minute, so that by default it answers 503, unless it has stopped. */
  readonly state: GuardState
  /** How many records it has yet to apply. */
  readonly lag: number
}

/** All guards that have acknowledged within a day, by client and name, and how far the feed has come. */
export async function listFleet(
  sql: Queries,
  now: EpochMilliseconds,
): Promise<{ readonly guards: readonly FleetGuard[]; readonly sequence: number }> {
  const { sequence } = await selectHead(sql)
  const guards = (await listRecentGuards(sql)).map((guard) => ({
    ...guard,
    state: stateOf(now - guard.acknowledgedAt),
    lag: Math.max(0, sequence - guard.sequence),
  }))
  const idOf = ({ clientId, name }: FeedGuard) => `${clientId} ${name}`
  return { guards: guards.sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1)), sequence }
}

function stateOf(silentMilliseconds: number): GuardState {
  if (silentMilliseconds <= SILENCE_MS) return 'live'
  return silentMilliseconds <= DARK_AFTER_MS ? 'stale' : 'dark'
}
