import { median } from '../measuring/median.ts'

/** One value, and when: seconds since the load began. */
export interface Point {
  readonly at: number
  readonly value: number
}

export interface Verdict {
  readonly of: string
  readonly mark: string
  readonly measured: string
  readonly isMet: boolean
}

export interface FlatMark {
  readonly of: string
  /** By how much it may grow, as a share: 0.1 is a tenth. */
  readonly mostGrowth: number
  /** A growth that is smaller than this, in the value's own unit, is none: a tenth of eleven descriptors is one. */
  readonly leastRise?: number
  /** The share of the time at the beginning that does not count: caches fill, code is compiled. */
  readonly warmUp: number
  readonly unit: string
}

const FEWEST_POINTS = 5

/**
 * Whether a series is flat after its warm-up: by how much the line through it rises from its beginning to its end. The line is Theil's and Sen's, the median of the slopes between
 * all pairs of points: some points that something else disturbed don't bend it, and a leak that is slow and steady does.
 */
export function judgeFlat(
  series: readonly Point[],
  { of, mostGrowth, leastRise = 0, warmUp, unit }: FlatMark,
): Verdict {
  const mark = `grows by ≤ ${percent(mostGrowth)} after the warm-up`
  const points = afterWarmUp(series, warmUp)
  if (points.length < FEWEST_POINTS) return { of, mark, measured: 'too few samples', isMet: false }
  const { start, end } = fitLine(points)
  // Of the middle value: where much rises from little, the line may begin below zero.
  const growth = (end - start) / median(points.map(({ value }) => value))
  const isMet = growth <= mostGrowth || end - start <= leastRise
  const measured = `${format(start)} → ${format(end)} ${unit} (${growth >= 0 ? '+' : '−'}${percent(Math.abs(growth))})`
  return { of, mark, measured, isMet }
}

/** Whether nothing went otherwise than it must. */
export function judgeFailures(failures: readonly string[], requests: number): Verdict {
  const measured = `${failures.length} of ${requests.toLocaleString('en')}${failures[0] === undefined ? '' : `, such as: ${failures[0]}`}`
  return {
    of: 'answers that are not what they must be',
    mark: 'none',
    measured,
    isMet: failures.length === 0 && requests > 0,
  }
}

function afterWarmUp(series: readonly Point[], share: number): readonly Point[] {
  const last = series.at(-1)?.at ?? 0
  return series.filter(({ at, value }) => at >= share * last && Number.isFinite(value))
}

function fitLine(points: readonly Point[]): { readonly start: number; readonly end: number } {
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).flatMap((b) => (b.at === a.at ? [] : [(b.value - a.value) / (b.at - a.at)])),
  )
  const slope = median(slopes)
  const base = median(points.map(({ at, value }) => value - slope * at))
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0]
  return { start: base + slope * first, end: base + slope * last }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

function format(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}
