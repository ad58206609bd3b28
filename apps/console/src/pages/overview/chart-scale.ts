/** The least of 2, 4, 6, 8, 10 times a power of ten, from 2 on, that is not below a value: where an axis ends, so that its middle is a whole number. */
export function niceCeiling(value: number): number {
  if (value <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [2, 4, 6, 8, 10].find((candidate) => candidate * power >= value) ?? 20
  return step * power
}

/** A number as short as it can be read: `999`, `1.2k`, `34M`. */
export function shortNumber(value: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value).toLowerCase()
}

/** Moves labels apart that would cover each other, as little as that takes; their order stays. */
export function spreadLabels(wanted: readonly number[], gap: number, most: number): number[] {
  const order = wanted.map((_, index) => index).sort((one, other) => (wanted[one] ?? 0) - (wanted[other] ?? 0))
  const placed = [...wanted]
  let least = Number.NEGATIVE_INFINITY
  for (const index of order) {
    placed[index] = Math.max(wanted[index] ?? 0, least)
    least = (placed[index] ?? 0) + gap
  }
  let room = most
  for (const index of order.toReversed()) {
    placed[index] = Math.min(placed[index] ?? 0, room)
    room = (placed[index] ?? 0) - gap
  }
  return placed
}

/** A line that breaks where nothing is known; what stands alone between two gaps is a dot. */
export function linePath(
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  const isKnown = (at: number): boolean => typeof values[at] === 'number'
  return values
    .map((value, at) => {
      if (value === null) return ''
      const place = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`
      if (isKnown(at - 1)) return `L${place}`
      return isKnown(at + 1) ? `M${place}` : `M${place}h.01`
    })
    .join('')
}
