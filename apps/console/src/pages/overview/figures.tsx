import type { StatisticsSeries, StatisticsSummary } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { durationWords } from '../../elements/time-words.ts'
import { shortNumber } from './chart-scale.ts'
import classes from './overview.module.css'
import { SeriesChart } from './series-chart.tsx'

const EVERY_SECONDS = 10
const HOUR_MS = 3_600_000

export const periods = {
  '1h': { name: '1 hour', milliseconds: HOUR_MS, step: '1m' },
  '24h': { name: '24 hours', milliseconds: 24 * HOUR_MS, step: '15m' },
  '7d': { name: '7 days', milliseconds: 7 * 24 * HOUR_MS, step: '6h' },
  '30d': { name: '30 days', milliseconds: 30 * 24 * HOUR_MS, step: '1d' },
} as const
export type Period = keyof typeof periods

type Figures = Omit<StatisticsSummary, 'from' | 'to'>

/** The period in numbers. */
export function Numbers({ period }: { readonly period: Period }) {
  const query = useAdminQuery<StatisticsSummary>('/statistics/summary', {
    query: { period },
    everySeconds: EVERY_SECONDS,
    keepsPrevious: true,
  })
  return (
    <Answer query={query} what="Counting">
      {(summary) => (
        <dl className={classes.numbers}>
          <Figure
            name="Logins"
            value={shortNumber(summary.logins.succeeded)}
            more={`${shortNumber(refusedOf(summary))} refused`}
          />
          <Figure name="Tokens issued" value={shortNumber(sumOf(summary.tokens_issued))} />
          <Figure
            name="Live sessions"
            value={summary.active_sessions === null ? '–' : shortNumber(summary.active_sessions)}
          />
          <Figure name="Revocations" value={shortNumber(summary.revocations)} />
          <Figure
            name="Answers within"
            value={milliseconds(summary.requests.p99_ms)}
            more={`99 of 100; half in ${milliseconds(summary.requests.p50_ms)}`}
          />
        </dl>
      )}
    </Answer>
  )
}

function Figure({ name, value, more }: { readonly name: string; readonly value: string; readonly more?: string }) {
  return (
    <div className={classes.number}>
      <dt>{name}</dt>
      <dd>
        {value}
        {more && <small>{more}</small>}
      </dd>
    </div>
  )
}

/** The period as lines. */
export function Charts({ period }: { readonly period: Period }) {
  const { milliseconds: length, step } = periods[period]
  // A whole number of steps ago, so that what was asked for stays the same question for a while.
  const from = new Date(Math.floor((Date.now() - length) / 60_000) * 60_000).toISOString()
  const query = useAdminQuery<StatisticsSeries>('/statistics/series', {
    query: { from, step },
    everySeconds: EVERY_SECONDS,
    keepsPrevious: true,
  })
  return (
    <Answer query={query} what="Drawing">
      {({ points }) => {
        const moments = points.map(({ at }) => Date.parse(at))
        const of = (read: (figures: Figures) => number | null) => points.map(read)
        return (
          <div className={classes.charts}>
            <SeriesChart
              title="Logins"
              moments={moments}
              series={[
                { name: 'succeeded', values: of(({ logins }) => logins.succeeded) },
                { name: 'refused', values: of(refusedOf) },
                { name: 'throttled', values: of(({ logins }) => logins.throttled) },
              ]}
            />
            <SeriesChart
              title="Tokens issued"
              moments={moments}
              series={[
                { name: 'all', values: of(({ tokens_issued }) => sumOf(tokens_issued)) },
                { name: 'by refresh', values: of(({ tokens_issued }) => tokens_issued.refresh_token) },
              ]}
            />
            <SeriesChart
              title="Latency"
              moments={moments}
              format={(value) => durationWords(value)}
              series={[
                { name: '99 of 100', values: of(({ requests }) => requests.p99_ms) },
                { name: 'half', values: of(({ requests }) => requests.p50_ms) },
              ]}
            />
            <SeriesChart
              title="Live sessions"
              moments={moments}
              series={[{ name: 'sessions', values: of((one) => one.active_sessions) }]}
            />
            <SeriesChart
              title="Revocations"
              moments={moments}
              series={[{ name: 'records', values: of((one) => one.revocations) }]}
            />
          </div>
        )
      }}
    </Answer>
  )
}

function refusedOf({ logins }: Figures): number {
  return sumOf(logins) - logins.succeeded - logins.throttled
}

function sumOf(counts: object): number {
  return Object.values(counts).reduce((sum: number, count) => sum + Number(count), 0)
}

function milliseconds(value: number | null): string {
  return value === null ? '–' : durationWords(value)
}
