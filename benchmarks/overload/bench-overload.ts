import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import type { HashOrder, HashReport } from '../login/hash-passwords.ts'
import type { GuardedOrder, GuardedReply } from '../login/serve-guarded.ts'
import { readMemory } from '../measuring/describe-machine.ts'
import { percentile } from '../measuring/median.ts'
import { startWorker, type Worker } from '../measuring/start-worker.ts'
import { type Installation, makeInstallation, startOstiary } from '../server/start-ostiary.ts'
import type { BehaveOrder, BehaveReport } from './behave.ts'
import { type FloodName, type FloodOrder, type FloodReport, floodNames } from './flood.ts'

const MARK_MS = 50
const MARK_MEGABYTES = 500
const MARK_RECOVERY_MS = 1000

interface FloodFigures {
  readonly database: string
  readonly flood: FloodName
  readonly sent: FloodReport
  readonly during: BehaveReport
  readonly after: BehaveReport
  readonly mostMegabytes: number
}

interface Figures {
  readonly hashRate: number
  readonly calm: readonly { readonly database: string; readonly report: BehaveReport }[]
  readonly floods: readonly FloodFigures[]
}

const notes: readonly string[] = [
  'The server is `ostiary serve`, a process of its own, with a trusted proxy by configuration, so that the flood can come from many networks by `X-Forwarded-For`. One flood after the other, each for some seconds; meanwhile clients that behave refresh every 10 ms, check a token at a guarded API (a process of its own) every 20 ms, fetch the keys every 50 ms, and a person signs in every 250 ms from a network where they have signed in before.',
  'Server, PostgreSQL, API, flood and those clients share the cores. The flood runs at a lower priority (nice 10), so that it takes from the server what answering it costs, and not the core itself; what the machine has besides is in everybody’s latency.',
  'Logins are sent at 20 times the rate of pure Argon2id on this machine, on 512 connections; secrets, tokens and bodies on 256 connections without a pause; readers of the feed on 3,000 connections that read nothing; slow senders on 2,000.',
  '“Closed” are connections that the server ended without an answer. The other statuses are what the flood was answered: 401 and 400 are wrong passwords, secrets and tokens that were looked at; 429 and 503 say when to come back, each with `Retry-After`.',
  '“Back” is how long after the flood’s end the last refresh took more than 50 ms.',
]

await keepResult('overload', async (isQuick): Promise<Findings> => {
  const milliseconds = isQuick ? 1500 : 6000
  const hashRate = await measureHashRate()
  const figures: Figures = { hashRate, calm: [], floods: [] }
  const cluster = await startPostgresqlCluster({ durable: true })
  try {
    for (const database of ['SQLite', 'PostgreSQL']) {
      const databaseUrl = database === 'SQLite' ? undefined : await cluster.createDatabase()
      const found = await measureFloods(database, { databaseUrl, hashRate, milliseconds })
      Object.assign(figures, { calm: [...figures.calm, found.calm], floods: [...figures.floods, ...found.floods] })
    }
  } finally {
    await cluster.stop()
  }
  return { title: 'Overload', marks: judge(figures), tables: tabulate(figures), notes, figures: summarize(figures) }
})

async function measureHashRate(): Promise<number> {
  const hasher = startWorker<HashOrder, HashReport>(new URL('../login/hash-passwords.ts', import.meta.url))
  try {
    return (await hasher.ask({ milliseconds: 1500 })).perSecond
  } finally {
    await hasher.stop()
  }
}

interface Size {
  readonly databaseUrl: string | undefined
  readonly hashRate: number
  readonly milliseconds: number
}

async function measureFloods(database: string, { databaseUrl, hashRate, milliseconds }: Size) {
  const made = await makeInstallation({ accounts: 2, ...(databaseUrl !== undefined && { databaseUrl }) })
  const installation = { ...made, environment: { ...made.environment, OSTIARY_TRUSTED_PROXIES: '127.0.0.1' } }
  const machine = JSON.parse(
    installation.run(
      'client create --name Flood --type confidential --grant client_credentials --scope orders:read --json'.split(' '),
    ),
  ) as { readonly client_id: string; readonly client_secret: string }
  const server = await startOstiary(installation)
  const flooder = startWorker<FloodOrder, FloodReport>(new URL('./send-flood.ts', import.meta.url))
  const clients = startWorker<BehaveOrder, BehaveReport>(new URL('./behave.ts', import.meta.url))
  const api = startWorker<GuardedOrder, GuardedReply>(new URL('../login/serve-guarded.ts', import.meta.url))
  try {
    const { url: apiUrl } = await api.ask({ issuer: installation.url, audience: installation.audience })
    const behave = (duration: number) => clients.ask(toBehave(installation, apiUrl, duration))
    await behave(1000)
    const calm = { database, report: await behave(milliseconds) }
    const floods: FloodFigures[] = []
    for (const flood of floodNames) {
      console.log(`overload: ${database}, ${flood}…`)
      const order = toFlood(installation, machine, { flood, milliseconds, loginRate: 20 * hashRate })
      const stopWatching = watchMemory(server.pid)
      const [sent, during] = await Promise.all([flooder.ask(order), behave(milliseconds)])
      const after = await behave(Math.min(2000, milliseconds))
      floods.push({ database, flood, sent, during, after, mostMegabytes: stopWatching() })
      await sleep(500)
    }
    return { calm, floods }
  } finally {
    await stopAll([flooder, clients, api])
    await server.stop()
    installation.remove()
  }
}

function toBehave({ url, audience, logins }: Installation, apiUrl: string, milliseconds: number): BehaveOrder {
  const [person] = logins
  if (person === undefined) throw new Error('nobody has an account')
  return { url, apiUrl, audience, milliseconds, person }
}

function toFlood(
  { url, audience, logins }: Installation,
  machine: { readonly client_id: string; readonly client_secret: string },
  order: Pick<FloodOrder, 'flood' | 'milliseconds' | 'loginRate'>,
): FloodOrder {
  const { client_id: clientId, client_secret: clientSecret } = machine
  return { ...order, url, audience, clientId, clientSecret, victim: logins[0]?.username ?? '' }
}

async function stopAll(workers: readonly Pick<Worker<never, never>, 'stop'>[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.stop()))
}

/** Returns how to end, and what was the most. */
function watchMemory(pid: number): () => number {
  let most = 0
  const look = () => {
    most = Math.max(most, readMemory(pid).residentMegabytes)
  }
  const timer = setInterval(look, 100)
  return () => {
    clearInterval(timer)
    look()
    return most
  }
}

function p99(values: readonly number[]): number {
  return values.length === 0 ? Number.POSITIVE_INFINITY : percentile(values, 0.99)
}

function judge({ floods }: Figures): Mark[] {
  const worst = (pick: (one: FloodFigures) => number) => floods.toSorted((a, b) => pick(b) - pick(a))[0]
  const marks = (['SQLite', 'PostgreSQL'] as const).flatMap((database) => {
    const own = floods.filter((one) => one.database === database)
    return [
      atMost(`${database}, refresh p99 in a flood`, own, ({ during }) => p99(during.refresh), MARK_MS, 'ms'),
      atMost(`${database}, guarded API p99 in a flood`, own, ({ during }) => p99(during.guarded), MARK_MS, 'ms'),
    ]
  })
  const silent = floods.reduce((sum, { sent }) => sum + sent.withoutRetryAfter, 0)
  const failures = floods.flatMap(({ during, after }) => [...during.failures, ...after.failures])
  const slowest = worst(({ after }) => after.slowUntil)?.after.slowUntil ?? 0
  return [
    ...marks,
    atMost('resident memory in a flood', floods, ({ mostMegabytes }) => mostMegabytes, MARK_MEGABYTES, 'MB'),
    {
      of: 'after a flood',
      mark: `refreshes ≤ ${MARK_MS} ms again within ${MARK_RECOVERY_MS / 1000} s`,
      measured: `${slowest.toFixed(0)} ms at most`,
      isMet: slowest <= MARK_RECOVERY_MS,
    },
    {
      of: 'what a flood is refused with',
      mark: '429 or 503 with Retry-After',
      measured: `${silent} without`,
      isMet: silent === 0,
    },
    {
      of: 'refreshes, guarded requests and keys in all floods',
      mark: 'every one answered',
      measured: `${failures.length} not${failures[0] === undefined ? '' : `: ${failures[0].slice(0, 80)}`}`,
      isMet: failures.length === 0,
    },
  ]
}

/** Of the worst flood, and which that is. */
function atMost(
  of: string,
  floods: readonly FloodFigures[],
  pick: (one: FloodFigures) => number,
  most: number,
  unit: string,
): Mark {
  const [worst] = floods.toSorted((a, b) => pick(b) - pick(a))
  if (worst === undefined) throw new Error('there was no flood')
  const within = floods.filter((one) => pick(one) <= most).length
  const measured = `${within} of ${floods.length} floods; worst ${pick(worst).toFixed(0)} ${unit} (${worst.flood})`
  return { of, mark: `≤ ${most} ${unit}`, measured, isMet: within === floods.length }
}

function tabulate({ calm, floods, hashRate }: Figures): Table[] {
  return calm.map(({ database, report }) => ({
    caption: `${database}; pure Argon2id: ${hashRate.toFixed(0)} a second`,
    columns: [
      ...['', 'sent a second', 'answered', 'refresh p50', 'p99', 'guarded p99', 'keys p99'],
      ...['a person signs in', 'resident', 'back after'],
    ],
    rows: [
      renderRow('no flood', { report }),
      ...floods
        .filter((one) => one.database === database)
        .map((one) => renderRow(one.flood, { report: one.during, flood: one })),
    ],
  }))
}

function renderRow(
  name: string,
  { report, flood }: { readonly report: BehaveReport; readonly flood?: FloodFigures },
): readonly string[] {
  const { refresh, guarded, keys, logins, refusedLogins } = report
  const milliseconds = (value: number) => (Number.isFinite(value) ? `${value.toFixed(1)} ms` : '–')
  return [
    name,
    flood === undefined ? '–' : Math.round(flood.sent.sent / flood.sent.seconds).toLocaleString('en'),
    flood === undefined ? '–' : renderStatuses(flood.sent),
    milliseconds(refresh.length === 0 ? Number.NaN : percentile(refresh, 0.5)),
    milliseconds(p99(refresh)),
    milliseconds(p99(guarded)),
    milliseconds(p99(keys)),
    `${logins.length} of ${logins.length + refusedLogins}`,
    flood === undefined ? '–' : `${flood.mostMegabytes.toFixed(0)} MB`,
    flood === undefined ? '–' : `${flood.after.slowUntil.toFixed(0)} ms`,
  ]
}

function renderStatuses({ statuses }: FloodReport): string {
  const all = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  const parts = Object.entries(statuses).map(([status, count]) => {
    const share = (100 * count) / Math.max(1, all)
    return `${status === '0' ? 'closed' : status}: ${share.toFixed(share < 1 ? 2 : 0)} %`
  })
  return parts.join(', ') || 'nothing'
}

/** Every latency of every flood would be too much to keep. */
function summarize({ calm, floods, hashRate }: Figures): object {
  const brief = ({ refresh, guarded, keys, logins, ...rest }: BehaveReport) => ({
    ...rest,
    requests: { refresh: refresh.length, guarded: guarded.length, keys: keys.length, logins: logins.length },
    p99: { refresh: p99(refresh), guarded: p99(guarded), keys: p99(keys), logins: p99(logins) },
  })
  return {
    hashRate,
    calm: calm.map(({ database, report }) => ({ database, ...brief(report) })),
    floods: floods.map(({ during, after, ...rest }) => ({ ...rest, during: brief(during), after: brief(after) })),
  }
}
