/** In milliseconds; what took longer than the last but one counts under the last. */
export const latencyBounds: readonly number[] = [
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1000,
  2500,
  5000,
  Number.POSITIVE_INFINITY,
]

/** The bound under which a time is counted. */
export function findLatencyBound(milliseconds: number): number {
  return latencyBounds.find((bound) => milliseconds <= bound) ?? Number.POSITIVE_INFINITY
}

/**
 * The time that a share of all did not exceed, in milliseconds: between the bounds, evenly. Null without any; 5000 for what took longer than that.
 *
 * @param counts how many there were under each bound, in the order of `latencyBounds`
 */
export function estimateQuantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = share * total
  let below = 0
  let lower = 0
  for (const [index, bound] of latencyBounds.entries()) {
    const count = counts[index] ?? 0
    if (below + count >= rank && count > 0) {
      if (bound === Number.POSITIVE_INFINITY) return lower
      return Math.round((lower + ((bound - lower) * (rank - below)) / count) * 100) / 100
    }
    below += count
    lower = bound === Number.POSITIVE_INFINITY ? lower : bound
  }
  return lower
}
