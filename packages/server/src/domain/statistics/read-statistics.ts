import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { LoginOutcome } from '../login/login-outcome.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import type { RefreshOutcome } from '../sessions/refresh-outcome.ts'
import type { TokenOrigin } from '../tokens/token-origin.ts'
import { estimateQuantile } from './latency.ts'
import { beginningOf, type Resolution, resolutions } from './resolution.ts'
import { latencyNames, loginNames, refreshNames, tokenNames } from './statistic-names.ts'
import { type StatisticRow, selectFirstMeasured, selectMeasured, sumStatistics } from './statistic-store.ts'

/** What happened within a span of time, at all instances together. */
export interface Figures {
  readonly logins: Readonly<Record<LoginOutcome, number>>
  readonly tokens: Readonly<Record<TokenOrigin, number>>
  readonly refreshes: Readonly<Record<RefreshOutcome, number>>
  readonly requests: number
  /** In milliseconds; null without requests. */
  readonly p50: number | null
  readonly p99: number | null
  /** Records that the revocation feed got. */
  readonly revocations: number
  /** Live sessions when they were last counted in this span; null: they were not. */
  readonly sessions: number | null
}

export interface FiguresStep extends Figures {
  readonly at: EpochMilliseconds
}

export interface Span {
  /** Minutes begin at whole minutes: what lies within the first one counts whole. */
  readonly from: EpochMilliseconds
  readonly to: EpochMilliseconds
}

/** What happened within a span, by minutes of the last two days, or by hours of the last thirty. */
export async function readFigures(
  sql: Queries,
  { from, to }: Span,
  resolution: Resolution = 'minute',
): Promise<Figures> {
  const start = beginningOf(from, resolutions[resolution].stepMilliseconds)
  const [figures] = await readSteps(sql, { from: start, to, stepMilliseconds: Math.max(1, to - start) }, resolution)
  if (!figures) throw new Error('a span without a step')
  return figures
}

/**
 * The same step by step, each beginning at a whole multiple of the step since the epoch. Steps of less than an hour are known of the last two days.
 *
 * @param stepMilliseconds whole minutes, or whole hours
 */
export async function readSeries(
  sql: Queries,
  { from, to, stepMilliseconds }: Span & { readonly stepMilliseconds: number },
): Promise<readonly FiguresStep[]> {
  const resolution = stepMilliseconds < resolutions.hour.stepMilliseconds ? 'minute' : 'hour'
  return readSteps(sql, { from: beginningOf(from, stepMilliseconds), to, stepMilliseconds }, resolution)
}

async function readSteps(
  sql: Queries,
  { from, to, stepMilliseconds }: Span & { readonly stepMilliseconds: number },
  resolution: Resolution,
): Promise<FiguresStep[]> {
  const span = { resolution, from, to }
  const counted = Map.groupBy(await sumStatistics(sql, { ...span, stepMilliseconds }), ({ at }) => at)
  const sessions = await selectMeasured(sql, { ...span, name: 'sessions' })
  const feed = await readFeed(sql, span)
  const starts = Array.from(
    { length: Math.ceil((to - from) / stepMilliseconds) },
    (_, index) => from + index * stepMilliseconds,
  )
  return starts.map((at) => {
    const end = at + stepMilliseconds
    const counts = new Map((counted.get(at) ?? []).map(({ name, value }) => [name, value]))
    const ofLatency = latencyNames.map(([, name]) => counts.get(name) ?? 0)
    return {
      at,
      logins: pick(loginNames, counts),
      tokens: pick(tokenNames, counts),
      refreshes: pick(refreshNames, counts),
      requests: ofLatency.reduce((sum, count) => sum + count, 0),
      p50: estimateQuantile(ofLatency, 0.5),
      p99: estimateQuantile(ofLatency, 0.99),
      // A history that was lost begins again at a lower number.
      revocations: Math.max(0, feed(end) - feed(at)),
      sessions: sessions.findLast((measured) => measured.at >= at && measured.at < end)?.value ?? null,
    }
  })
}

/** How far the feed had come when a minute or hour began: as first measured from then on, or by now. */
async function readFeed(
  sql: Queries,
  span: Span & { readonly resolution: Resolution },
): Promise<(moment: EpochMilliseconds) => number> {
  const { resolution, to } = span
  const within = await selectMeasured(sql, { ...span, name: 'feed' })
  const after = await selectFirstMeasured(sql, { resolution, from: to, name: 'feed' })
  const last = after?.value ?? (await getFeedSequence(sql))
  return (moment) => findFrom(within, moment)?.value ?? last
}

/** The first one that is not before a moment: they stand in the order of time. */
function findFrom(rows: readonly StatisticRow[], moment: EpochMilliseconds): StatisticRow | undefined {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.at ?? 0) < moment) low = middle + 1
    else high = middle
  }
  return rows[low]
}

function pick<Key extends string>(
  names: readonly (readonly [Key, string])[],
  counts: ReadonlyMap<string, number>,
): Readonly<Record<Key, number>> {
  return Object.fromEntries(names.map(([key, name]) => [key, counts.get(name) ?? 0])) as Record<Key, number>
}

const RECENT_MS = 2 * 60_000

/** How many sessions were live when they were last counted, within two minutes; undefined: no server has counted them. */
export async function findLiveSessions(sql: Queries, now: EpochMilliseconds): Promise<number | undefined> {
  const from = beginningOf(now - RECENT_MS, resolutions.minute.stepMilliseconds)
  const measured = await selectMeasured(sql, { resolution: 'minute', from, to: now + 1, name: 'sessions' })
  return measured.at(-1)?.value
}
