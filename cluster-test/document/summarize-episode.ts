import type { Violation } from '../checker/evidence.ts'
import { type Act, isAcknowledged, isFailed } from '../load/act.ts'
import type { ClusterTestResult, Episode } from '../run-cluster-test.ts'

/** What clients met while something failed, in figures. */
export interface EpisodeFigures {
  readonly tried: number
  readonly acknowledged: number
  /** How many failed with what: a status, `timeout`, `no-answer`. */
  readonly failed: ReadonlyMap<string, number>
  readonly p99Milliseconds: number
  readonly longestMilliseconds: number
  /** The longest time in which nobody was told that anything was done. */
  readonly pauseMilliseconds: number
  /** From the end of the fault to the last act that failed; 0: none did afterwards. */
  readonly afterwardsMilliseconds: number
  readonly violations: readonly Violation[]
}

export function summarizeEpisode(episode: Episode, { evidence, violations }: ClusterTestResult): EpisodeFigures {
  const { begunAt, liftedAt, normalAt = Number.POSITIVE_INFINITY } = episode
  const isDuring = (at: number | undefined) => at !== undefined && begunAt <= at && at <= normalAt
  const acts = evidence.acts.filter(({ endedAt }) => isDuring(endedAt))
  const failed = acts.filter(isFailed)
  const durations = acts.map(({ begunAt: from, endedAt }) => endedAt - from).sort((a, b) => a - b)
  return {
    tried: acts.length,
    acknowledged: acts.filter(isAcknowledged).length,
    failed: count(failed),
    p99Milliseconds: durations[Math.ceil(durations.length * 0.99) - 1] ?? 0,
    longestMilliseconds: durations.at(-1) ?? 0,
    pauseMilliseconds: measurePause(acts, begunAt),
    afterwardsMilliseconds: Math.max(0, ...failed.map(({ endedAt }) => endedAt - liftedAt)),
    violations: violations.filter(({ at }) => isDuring(at)),
  }
}

function count(failed: readonly Act[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { outcome } of failed) counts.set(String(outcome), (counts.get(String(outcome)) ?? 0) + 1)
  return counts
}

function measurePause(acts: readonly Act[], from: number): number {
  const moments = [from, ...acts.filter(isAcknowledged).map(({ endedAt }) => endedAt)]
  return Math.max(0, ...moments.slice(1).map((at, index) => at - (moments[index] ?? at)))
}
