/** The value below which half of the values lie. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The value below which this share (0 to 1) of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no value was measured')
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const [lower = Number.NaN, upper = lower] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return lower + (upper - lower) * (place - Math.floor(place))
}

/** Median of what one contender took for each round, over what another one took in the same round. */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  return median(divide(values, base))
}

/** The same as text, with the quartiles: `0.97 (0.95–0.99)`. */
export function describeRatio(values: readonly number[], base: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => percentile(divide(values, base), share).toFixed(2))
  return `${middle} (${low}–${high})`
}

function divide(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, round) => value / (base[round] ?? Number.NaN))
}

/** Median of the differences, round by round. */
export function medianDifference(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, round) => value - (base[round] ?? Number.NaN)))
}
