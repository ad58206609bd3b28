import { Type } from 'typebox'
import { loginOutcomes } from '../../../domain/login/login-outcome.ts'
import { refreshOutcomes } from '../../../domain/sessions/refresh-outcome.ts'
import { type Figures, type FiguresStep, readFigures, readSeries } from '../../../domain/statistics/read-statistics.ts'
import { resolutions } from '../../../domain/statistics/resolution.ts'
import { tokenOrigins } from '../../../domain/tokens/token-origin.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, nullable, renderTime, time } from '../admin-schemas.ts'

const HOUR_MS = resolutions.hour.stepMilliseconds
const periods = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS, '30d': 30 * 24 * HOUR_MS } as const
const steps = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '1d': 24 * HOUR_MS,
} as const
const MOST_STEPS = 1500

const figureMembers = {
  logins: counts(loginOutcomes, 'LoginCounts', 'Logins by how they ended.'),
  tokens_issued: counts(tokenOrigins, 'TokenCounts', 'Access tokens by what they were given for.'),
  refreshes: counts(refreshOutcomes, 'RefreshCounts', 'Refreshes by how they ended.'),
  requests: closed(
    {
      count: Type.Integer({ description: 'Without those that wait for something to happen: the feed, this API.' }),
      p50_ms: nullable(Type.Number({ description: 'Half of them took no longer; null without any.' })),
      p99_ms: nullable(Type.Number({ description: '99 of 100 took no longer; 5000 stands for more as well.' })),
    },
    'RequestFigures',
  ),
  revocations: Type.Integer({ description: 'Records that the revocation feed got.' }),
  active_sessions: nullable(
    Type.Integer({
      description: 'Live sessions, as counted last in this span of time (once a minute); null: no server counted them.',
    }),
  ),
}

const summarize = adminRoute({
  name: 'getStatisticsSummary',
  method: 'GET',
  path: '/statistics/summary',
  permission: 'statistics:read',
  summary: 'What all instances did within the last hour, day, week or month',
  description: 'Every instance answers the same. What happened in the last ten seconds may be missing.',
  query: closed({
    period: Type.Optional(Type.Enum(Object.keys(periods) as (keyof typeof periods)[], { description: 'Default 24h.' })),
  }),
  answer: {
    status: 200,
    schema: closed({ from: time('Since when.'), to: time('Until when.'), ...figureMembers }, 'StatisticsSummary'),
  },
  async act({ deps, query: { period = '24h' } }) {
    const to = deps.clock.now()
    const resolution = periods[period] > 24 * HOUR_MS ? 'hour' : 'minute'
    const { stepMilliseconds } = resolutions[resolution]
    // The minute or hour that is not over yet counts, and the oldest one has gone for it.
    const end = Math.floor(to / stepMilliseconds + 1) * stepMilliseconds
    const from = end - periods[period]
    const figures = await readFigures(deps.database.read, { from, to: end }, resolution)
    return { body: { from: renderTime(from), to: renderTime(to), ...renderFigures(figures) } }
  },
})

const series = adminRoute({
  name: 'getStatisticsSeries',
  method: 'GET',
  path: '/statistics/series',
  permission: 'statistics:read',
  summary: 'The same step by step, for charts',
  description: `Each step begins at a whole multiple of it, in UTC. Steps of less than an hour are known of the last 48 hours, others of the last 30 days; there are ${MOST_STEPS} at most.`,
  query: closed({
    from: time('The first step holds this moment.'),
    to: Type.Optional(time('The last step begins before it. Default: now.')),
    step: Type.Enum(Object.keys(steps) as (keyof typeof steps)[], { description: 'How long each is.' }),
  }),
  answer: {
    status: 200,
    schema: closed(
      {
        step_seconds: Type.Integer(),
        points: Type.Array(closed({ at: time('When the step begins.'), ...figureMembers }, 'StatisticsPoint')),
      },
      'StatisticsSeries',
    ),
  },
  async act({ deps, query }) {
    const stepMilliseconds = steps[query.step]
    const span = readSpan(query, deps.clock.now(), stepMilliseconds)
    const points = await readSeries(deps.database.read, { ...span, stepMilliseconds })
    return { body: { step_seconds: stepMilliseconds / 1000, points: points.map(renderPoint) } }
  },
})

/** @throws Problem 400 `invalid_parameter` */
function readSpan(
  query: { readonly from: string; readonly to?: string | undefined },
  now: number,
  stepMilliseconds: number,
): { readonly from: number; readonly to: number } {
  const from = readTime('from', query.from)
  const to = query.to === undefined ? now + 1 : readTime('to', query.to)
  if (to <= from) throw invalid('"to" must be later than "from".')
  if ((to - from) / stepMilliseconds > MOST_STEPS)
    throw invalid(`These are more than ${MOST_STEPS} steps: take longer ones, or a shorter time.`)
  const { keptMilliseconds } = stepMilliseconds < HOUR_MS ? resolutions.minute : resolutions.hour
  if (from < now - keptMilliseconds - HOUR_MS)
    throw invalid(
      `Of so long ago nothing is known in such steps: "from" may be ${keptMilliseconds / HOUR_MS} hours ago.`,
    )
  return { from, to: Math.min(to, now + 1) }
}

function readTime(name: string, text: string): number {
  const isDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)
  const moment = isDateTime ? Date.parse(text) : Number.NaN
  if (Number.isNaN(moment))
    throw invalid(`"${name}" must be a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z.`)
  return moment
}

function counts<Name extends string>(names: readonly Name[], title: string, description: string) {
  const members = Object.fromEntries(names.map((name) => [name, Type.Integer()]))
  return Type.Object(members, { additionalProperties: false, title, description })
}

function renderFigures({
  logins,
  tokens,
  refreshes,
  requests: count,
  p50,
  p99,
  revocations,
  sessions,
}: Figures): object {
  const requests = { count, p50_ms: p50, p99_ms: p99 }
  return { logins, tokens_issued: tokens, refreshes, requests, revocations, active_sessions: sessions }
}

function renderPoint({ at, ...figures }: FiguresStep): object {
  return { at: renderTime(at), ...renderFigures(figures) }
}

function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}

export const statisticRoutes: readonly AdminRoute[] = [summarize, series]
