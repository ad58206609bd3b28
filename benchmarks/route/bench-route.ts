import { compareRates, type PeerFigure } from '../document/peer-figure.ts'
import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import { rotate } from '../measuring/interleave.ts'
import { describeRatio, median, medianRatio } from '../measuring/median.ts'
import { canPin, startWorker, type Worker } from '../measuring/start-worker.ts'
import { versionsOf } from '../measuring/versions-of.ts'
import { makeKey, type TokenKey, toKeySet } from '../tokens/make-key.ts'
import { signTokens } from '../tokens/sign-token.ts'
import { type AppName, apps, type VerifyingKey } from './apps.ts'
import type { LoadOrder, LoadReport } from './generate-load.ts'
import type { AppMessage, AppReply } from './serve-app.ts'

/** What one app did under one kind of load, a value for each round. */
interface RouteFigures {
  readonly perSecond: number[]
  /** CPU time of the app's process for each request. */
  readonly cpuMicroseconds: number[]
  /** CPU time of the load's process for each request. */
  readonly loadCpuMicroseconds: number[]
}

interface StartedApp {
  readonly name: AppName
  readonly port: number
  readonly worker: Worker<AppMessage, AppReply>
}

const kinds = [
  { name: 'one token', tokens: 1 },
  { name: '5,000 rotating tokens', tokens: 5_000 },
] as const
type KindName = (typeof kinds)[number]['name']

type Figures = Record<KindName, Partial<Record<AppName, RouteFigures>>>

const names = Object.keys(apps) as AppName[]

const routeNotes: readonly string[] = [
  'Each app has one route, `GET /orders`, that answers a small JSON object, and a process of its own. Each is guarded as its library’s documentation shows first, with the key at hand, ES256, and issuer and audience checked; all but express-jwt also check `typ`.',
  'The unguarded route gets the same requests with the same Authorization header, so parsing it and sending it is in the denominator. 32 keep-alive connections with one request under way on each, from prepared bytes, in a second process.',
  canPin
    ? 'App and load have a core each (`taskset`).'
    : 'App and load share the cores as the system likes (no `taskset` here).',
  'Apps take short turns, in another order each round. Each ratio is the median of those within a round, and in brackets stands where the middle half of the rounds lies: two apps whose brackets overlap can’t be told apart by this run, and a ratio above 1 is noise.',
  '“CPU” is the CPU time of the app’s process for each request, which other programs on the machine disturb less than the throughput; “load” is that of the load’s process: where it comes near to the app’s, the load is the bottleneck and the ratio flatters.',
  versionsOf(['fastify', '@fastify/jwt', 'express', 'express-jwt', 'express-oauth2-jwt-bearer']),
]

await keepResult('route', async (isQuick): Promise<Findings> => {
  const figures: Figures = { 'one token': {}, '5,000 rotating tokens': {} }
  const size = isQuick
    ? { generations: 1, rounds: 3, milliseconds: 300, warmUpMilliseconds: 900 }
    : { generations: 2, rounds: 20, milliseconds: 300, warmUpMilliseconds: 2_500 }
  const key = makeKey('ES256')
  const authorizations = signTokens(key, 5_000).map((token) => `Bearer ${token}`)
  // Anew a few times, since two processes of one program are never equally fast.
  for (let generation = 0; generation < size.generations; generation += 1) {
    console.log(`route: processes ${generation + 1} of ${size.generations}…`)
    await measureGeneration(key, authorizations, size, figures)
  }
  return {
    title: 'A guarded route beside the same route unguarded',
    marks: judge(figures),
    peers: kinds.flatMap(({ name }) => besidePeers(name, figures[name])),
    tables: kinds.map(({ name }) => tabulate(name, figures[name])),
    notes: routeNotes,
    figures,
  }
})

type Size = { readonly rounds: number; readonly milliseconds: number; readonly warmUpMilliseconds: number }

async function measureGeneration(
  key: TokenKey,
  authorizations: readonly string[],
  size: Size,
  figures: Figures,
): Promise<void> {
  const load = startWorker<LoadOrder, LoadReport>(new URL('./generate-load.ts', import.meta.url), { core: 1 })
  const started = await Promise.all(names.map((name) => startApp(name, toVerifyingKey(key))))
  try {
    for (const kind of kinds) {
      const common = { path: '/orders', connections: 32, pipelined: 1 }
      const sent = { ...common, authorizations: authorizations.slice(0, kind.tokens) }
      // Long enough for each token to be seen once and for the code to be compiled.
      for (const { port } of started) await load.ask({ ...sent, port, milliseconds: size.warmUpMilliseconds })
      for (let round = 0; round < size.rounds; round += 1) {
        for (const app of rotate(started, round)) {
          const order = { ...common, port: app.port, milliseconds: size.milliseconds }
          await measureTurn(app, load, order, openFigures(figures[kind.name], app.name))
        }
      }
    }
  } finally {
    await Promise.all([load.stop(), ...started.map(({ worker }) => worker.stop())])
  }
}

function openFigures(figures: Partial<Record<AppName, RouteFigures>>, name: AppName): RouteFigures {
  const opened = figures[name] ?? { perSecond: [], cpuMicroseconds: [], loadCpuMicroseconds: [] }
  figures[name] = opened
  return opened
}

async function measureTurn(
  { worker }: StartedApp,
  load: Worker<LoadOrder, LoadReport>,
  order: LoadOrder,
  figures: RouteFigures,
): Promise<void> {
  const before = await readCpu(worker)
  const report = await load.ask(order)
  const after = await readCpu(worker)
  figures.perSecond.push(report.requests / report.seconds)
  figures.cpuMicroseconds.push((after - before) / report.requests)
  figures.loadCpuMicroseconds.push(report.cpuMicroseconds / report.requests)
}

async function startApp(name: AppName, key: VerifyingKey): Promise<StartedApp> {
  const worker = startWorker<AppMessage, AppReply>(new URL('./serve-app.ts', import.meta.url), { core: 0 })
  const reply = await worker.ask({ start: name, key })
  if (!('port' in reply)) throw new Error(`${name} named no port`)
  return { name, port: reply.port, worker }
}

async function readCpu(worker: Worker<AppMessage, AppReply>): Promise<number> {
  const reply = await worker.ask('cpu')
  if (!('cpuMicroseconds' in reply)) throw new Error('an app named no CPU time')
  return reply.cpuMicroseconds
}

function toVerifyingKey(key: TokenKey): VerifyingKey {
  return {
    pem: key.verifyWith.export({ type: 'spki', format: 'pem' }).toString(),
    jwks: toKeySet(key) as VerifyingKey['jwks'],
  }
}

function judge(figures: Figures): Mark[] {
  const rotating = figures['5,000 rotating tokens']
  const ratio = medianRatio(
    pick(rotating, 'fastify, Ostiary').perSecond,
    pick(rotating, 'fastify, unguarded').perSecond,
  )
  return [
    {
      of: 'guarded route on Fastify, 5,000 rotating tokens',
      mark: '≥ 0.95 of the same route unguarded',
      measured: describeRatio(
        pick(rotating, 'fastify, Ostiary').perSecond,
        pick(rotating, 'fastify, unguarded').perSecond,
      ),
      isMet: ratio >= 0.95,
    },
  ]
}

/** Each guard beside ours on the same framework. */
function besidePeers(kind: string, figures: Partial<Record<AppName, RouteFigures>>): PeerFigure[] {
  const peers = names.filter((name) => !/Ostiary|unguarded/.test(name))
  return peers.map((name) => {
    const own = pick(figures, name.startsWith('fastify') ? 'fastify, Ostiary' : 'express, Ostiary')
    return compareRates({ what: `guarded route, ${kind}`, peer: name }, own.perSecond, pick(figures, name).perSecond)
  })
}

function tabulate(kind: string, figures: Partial<Record<AppName, RouteFigures>>): Table {
  return {
    caption: `${kind}: requests per second, and what of the unguarded route's is left`,
    columns: ['', 'requests/s', 'ratio', 'CPU per request', 'CPU ratio', 'load’s CPU per request'],
    rows: names.map((name) => {
      const own = pick(figures, name)
      const base = pick(figures, name.startsWith('fastify') ? 'fastify, unguarded' : 'express, unguarded')
      return [
        name,
        Math.round(median(own.perSecond)).toLocaleString('en'),
        describeRatio(own.perSecond, base.perSecond),
        `${median(own.cpuMicroseconds).toFixed(1)} µs`,
        describeRatio(base.cpuMicroseconds, own.cpuMicroseconds),
        `${median(own.loadCpuMicroseconds).toFixed(1)} µs`,
      ]
    }),
  }
}

function pick(figures: Partial<Record<AppName, RouteFigures>>, name: AppName): RouteFigures {
  const found = figures[name]
  if (found === undefined) throw new Error(`${name} was not measured`)
  return found
}
