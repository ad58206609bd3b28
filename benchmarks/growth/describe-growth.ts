import { renderBars, renderCourses } from '../document/plot.ts'
import type { Findings, Mark, Table } from '../document/result.ts'
import { describeRatio, median, medianRatio, percentile } from '../measuring/median.ts'
import type { PurgeCourse } from './measure-purge.ts'

/** What was measured at an installation of one size. */
export interface MeasuredPlace {
  readonly database: 'SQLite' | 'PostgreSQL'
  readonly accounts: number
  readonly bytes: number
  readonly startMilliseconds: readonly number[]
  /** Megabytes, right after each start. */
  readonly residents: readonly number[]
  /** Megabytes, after the turns. */
  readonly residentMegabytes: number
  /** By the name of the journey: milliseconds of each request, a list for each turn. */
  readonly turns: Readonly<Record<string, readonly (readonly number[])[]>>
  readonly purge?: PurgeCourse
}

const databases = ['SQLite', 'PostgreSQL'] as const
const marked: readonly string[] = ['login, with its hash', 'refresh', 'introspection']

export function describeGrowth(measured: readonly MeasuredPlace[]): Findings {
  const largest = Math.max(...measured.map(({ accounts }) => accounts))
  return {
    title: `Growth: up to ${largest.toLocaleString('en')} accounts and sessions`,
    marks: [
      ...databases.flatMap((database) => marked.map((journey) => judgeGrowth(measured, database, journey))),
      ...measured.flatMap(judgePurge),
    ],
    tables: [
      ...databases.map((database) => tabulateTimes(measured, database)),
      tabulateSizes(measured),
      tabulatePurges(measured),
    ],
    plots: [
      ...databases.map((database) => ({
        file: `growth-${database.toLowerCase()}.svg`,
        alt: `Milliseconds for each kind of request on ${database}, by the number of accounts`,
        svg: renderBars(`Milliseconds on ${database}, by accounts`, toBars(measured, database)),
      })),
      {
        file: 'growth-purge.svg',
        alt: 'The 99th percentile of refreshes, second by second, before, while and after expired sessions are deleted',
        svg: renderCourses(
          'Refreshes while expired sessions are deleted',
          { x: 'seconds', y: 'p99, ms' },
          measured.flatMap(({ database, purge }) =>
            purge === undefined
              ? []
              : [{ name: database, points: purge.course.map(({ second, p99 }) => ({ x: second, y: p99 })) }],
          ),
        ),
      },
    ],
    notes,
    figures: measured.map(({ purge, ...place }) => ({ ...place, ...(purge && { purge: purge.course }) })),
  }
}

const notes: readonly string[] = [
  'Each account has a user name, an address, a profile, a password, three marks of known devices, one session that is live, and two events in the audit log with their leaves in its tree: thirteen rows. They were made by bulk SQL, always the same ones, as the server itself would have written them; PostgreSQL then had its statistics.',
  'All servers run at once, two databases in three sizes; each kind of request is asked in turn at each of them, one request at a time over one connection, of accounts and sessions all over the tables. PostgreSQL is one cluster with its own defaults (128 MB of shared buffers) that waits for the disk at each commit.',
  '“Login, without” has passwords whose hashes cost next to nothing, which no configuration allows: what is left is all that a login does beside its hash. “With its hash” has the real cost on the same server.',
  'A ratio is the median, over the rounds, of the median of the turn at the largest over that at the smallest; brackets: the middle half of the rounds.',
  'A guard’s check asks no database, so it does not grow with accounts: “introspection” is the check that does.',
  'Starting and the memory right after it are those of `ostiary serve`; the memory after the turns is that of the same server run from its source.',
  'Sessions expire all at once while four connections refresh without a pause; the server’s own maintenance, which comes every half a minute, finds and deletes them. “Without” is every second in which none was deleted.',
]

function placeOf(measured: readonly MeasuredPlace[], database: string, which: 'least' | 'most'): MeasuredPlace {
  const own = measured.filter((place) => place.database === database).sort((a, b) => a.accounts - b.accounts)
  const place = which === 'least' ? own[0] : own.at(-1)
  if (place === undefined) throw new Error(`nothing was measured on ${database}`)
  return place
}

/** The median of each turn. */
function turnsOf(place: MeasuredPlace, journey: string): readonly number[] {
  return (place.turns[journey] ?? []).map((turn) => median(turn))
}

function judgeGrowth(measured: readonly MeasuredPlace[], database: string, journey: string): Mark {
  const [few, many] = [placeOf(measured, database, 'least'), placeOf(measured, database, 'most')]
  const ratio = medianRatio(turnsOf(many, journey), turnsOf(few, journey))
  return {
    of: `${journey}: ${many.accounts.toLocaleString('en')} accounts and sessions on ${database}`,
    mark: `≤ 1.2 × the time with ${few.accounts.toLocaleString('en')}`,
    measured: `${describeRatio(turnsOf(many, journey), turnsOf(few, journey))} ×`,
    isMet: ratio <= 1.2,
  }
}

function judgePurge({ database, purge }: MeasuredPlace): readonly Mark[] {
  if (purge === undefined) return []
  const [without, meanwhile] = [percentile(purge.without, 0.99), percentile(purge.meanwhile, 0.99)]
  return [
    {
      of: `refresh while ${purge.expired.toLocaleString('en')} expired sessions are deleted, ${database}`,
      mark: 'p99 ≤ 50 ms',
      measured: `${meanwhile.toFixed(1)} ms (${without.toFixed(1)} ms without)`,
      isMet: meanwhile <= 50,
    },
  ]
}

function tabulateTimes(measured: readonly MeasuredPlace[], database: string): Table {
  const places = measured.filter((place) => place.database === database)
  const [few, many] = [placeOf(measured, database, 'least'), placeOf(measured, database, 'most')]
  return {
    caption: `${database}: milliseconds for one request`,
    columns: [
      '',
      ...places.map(({ accounts }) => `${accounts.toLocaleString('en')}: p50`),
      `${many.accounts.toLocaleString('en')}: p99`,
      'ratio',
    ],
    rows: Object.keys(few.turns).map((journey) => [
      journey,
      ...places.map((place) => median((place.turns[journey] ?? []).flat()).toFixed(2)),
      percentile((many.turns[journey] ?? []).flat(), 0.99).toFixed(1),
      describeRatio(turnsOf(many, journey), turnsOf(few, journey)),
    ]),
  }
}

function tabulateSizes(measured: readonly MeasuredPlace[]): Table {
  return {
    caption: 'Size, start and memory',
    columns: [
      '',
      'on disk',
      'for an account and its session',
      'start to listening',
      'resident then',
      'resident after the turns',
    ],
    rows: databases.flatMap((database) =>
      measured
        .filter((place) => place.database === database)
        .map((place) => [
          `${database}: ${place.accounts.toLocaleString('en')}`,
          `${(place.bytes / 1e6).toFixed(0)} MB`,
          `${(place.bytes / place.accounts / 1e3).toFixed(2)} kB`,
          `${median(place.startMilliseconds).toFixed(0)} ms`,
          `${median(place.residents).toFixed(0)} MB`,
          `${place.residentMegabytes.toFixed(0)} MB`,
        ]),
    ),
  }
}

function tabulatePurges(measured: readonly MeasuredPlace[]): Table {
  return {
    caption: 'Refreshes, four at a time, while the maintenance deletes expired sessions from the largest table',
    columns: ['', 'sessions deleted', 'in', 'without: p50', 'p99', 'meanwhile: p50', 'p99'],
    rows: measured.flatMap(({ database, purge }) =>
      purge === undefined
        ? []
        : [
            [
              database,
              purge.expired.toLocaleString('en'),
              `${purge.seconds.toFixed(0)} s`,
              ...[purge.without, purge.meanwhile].flatMap((latencies) =>
                [0.5, 0.99].map((share) => `${percentile(latencies, share).toFixed(1)} ms`),
              ),
            ],
          ],
    ),
  }
}

function toBars(measured: readonly MeasuredPlace[], database: string): Parameters<typeof renderBars>[1] {
  const places = measured.filter((place) => place.database === database)
  const journeys = Object.keys(places[0]?.turns ?? {}).filter((name) => name !== 'login, with its hash')
  return journeys.map((name) => ({
    name,
    bars: places.map((place) => ({
      name: place.accounts.toLocaleString('en'),
      value: Math.round(100 * median((place.turns[name] ?? []).flat())) / 100,
    })),
  }))
}
