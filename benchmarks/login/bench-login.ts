import { availableParallelism } from 'node:os'
import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import { readCpuMilliseconds } from '../measuring/describe-machine.ts'
import { describeRatio, median, medianRatio, percentile } from '../measuring/median.ts'
import { type Exchange, keepConnections, send } from '../measuring/send-requests.ts'
import { startWorker, type Worker } from '../measuring/start-worker.ts'
import { type Installation, makeInstallation, renderLogin, startOstiary } from '../server/start-ostiary.ts'
import type { HashOrder, HashReport } from './hash-passwords.ts'
import type { GuardedOrder, GuardedReply } from './serve-guarded.ts'

interface LoginFigures {
  /** Pure Argon2id, hashes per second, a value for each round. */
  readonly hashing: number[]
  /** Logins per second in the same round. */
  readonly logins: number[]
  /** CPU time of the process for each hash and for each login, in milliseconds, a value for each round. */
  readonly hashingCpu: number[]
  readonly loginCpu: number[]
  /** Milliseconds, a value for each login of the measured turns. */
  readonly loginLatencies: number[]
  readonly healthLatencies: number[]
  readonly guardedLatencies: number[]
  /** The same two without any login under way. */
  readonly idleHealthLatencies: number[]
  readonly idleGuardedLatencies: number[]
}

/** Below the hash queue's bound of 64 for each core, so that nobody is sent away. */
const clients = 4 * availableParallelism()
const agent = keepConnections(2 * clients)

const loginNotes: readonly string[] = [
  'The server is `ostiary serve`, a process of its own with SQLite in a folder of its own; each login verifies a right password, opens a session and records it durably, and signs an ES256 token.',
  `${clients} clients log in without a pause, each into an account of its own. Pure Argon2id runs in a process of its own with the same parameters (19 MiB, 2 passes, 1 lane), as many at once as there are cores, which is what the hash queue lets run. The two take turns, in one run.`,
  'The clients run on the same cores as the server, so what they cost is missing from the logins: the ratio is a lower bound.',
  'Latencies are of one request at a time, every 20 ms, in turns of their own. The guarded route is in a process of its own and follows the keys of the server.',
]

await keepResult('login', async (isQuick): Promise<Findings> => {
  const size = isQuick ? { rounds: 2, milliseconds: 1_000 } : { rounds: 7, milliseconds: 4_000 }
  const installation = await makeInstallation({ accounts: clients })
  try {
    const figures = await measureInstallation(installation, size)
    return { title: 'Login', marks: judge(figures), tables: tabulate(figures), notes: loginNotes, figures }
  } finally {
    agent.destroy()
    installation.remove()
  }
})

type Size = { readonly rounds: number; readonly milliseconds: number }

async function measureInstallation(installation: Installation, size: Size): Promise<LoginFigures> {
  const server = await startOstiary(installation)
  const hasher = startWorker<HashOrder, HashReport>(new URL('./hash-passwords.ts', import.meta.url))
  const api = startWorker<GuardedOrder, GuardedReply>(new URL('./serve-guarded.ts', import.meta.url))
  try {
    const { url } = await api.ask({ issuer: installation.url, audience: installation.audience })
    await hasher.ask({ milliseconds: 500 })
    await logInFor(installation, 1_000)
    return await measureRounds(installation, { apiUrl: url, serverPid: server.pid, hasher }, size)
  } finally {
    await Promise.all([server.stop(), hasher.stop(), api.stop()])
  }
}

interface Processes {
  readonly apiUrl: string
  readonly serverPid: number
  readonly hasher: Worker<HashOrder, HashReport>
}

async function measureRounds(
  installation: Installation,
  { apiUrl, serverPid, hasher }: Processes,
  { rounds, milliseconds }: Size,
): Promise<LoginFigures> {
  const figures: LoginFigures = {
    hashing: [],
    logins: [],
    hashingCpu: [],
    loginCpu: [],
    loginLatencies: [],
    healthLatencies: [],
    guardedLatencies: [],
    idleHealthLatencies: [],
    idleGuardedLatencies: [],
  }
  const health: Exchange = { url: `${installation.url}/healthz`, method: 'GET', headers: {} }
  for (let round = 0; round < rounds; round += 1) {
    console.log(`login: round ${round + 1} of ${rounds}…`)
    const guarded = await logInForApi(installation, apiUrl)
    const hashing = await hasher.ask({ milliseconds })
    figures.hashing.push(hashing.perSecond)
    figures.hashingCpu.push(hashing.cpuMilliseconds)
    const cpuBefore = readCpuMilliseconds(serverPid)
    const logins = await logInFor(installation, milliseconds)
    figures.logins.push(logins.perSecond)
    figures.loginCpu.push((readCpuMilliseconds(serverPid) - cpuBefore) / logins.latencies.length)
    figures.loginLatencies.push(...logins.latencies)
    const busy = logInFor(installation, milliseconds)
    await sampleFor(health, milliseconds / 2, figures.healthLatencies)
    await sampleFor(guarded, milliseconds / 2, figures.guardedLatencies)
    await busy
    await sampleFor(health, milliseconds / 4, figures.idleHealthLatencies)
    await sampleFor(guarded, milliseconds / 4, figures.idleGuardedLatencies)
  }
  return figures
}

/** All clients log in, one after another each, for so long. */
async function logInFor(
  installation: Installation,
  milliseconds: number,
): Promise<{ perSecond: number; latencies: number[] }> {
  const latencies: number[] = []
  const start = performance.now()
  const logInRepeatedly = async (client: number): Promise<void> => {
    const exchange = toLogin(installation, client)
    while (performance.now() < start + milliseconds) {
      const answer = await send(exchange, agent)
      if (answer.status !== 200) throw new Error(`POST /login answers ${answer.status}: ${answer.text}`)
      latencies.push(answer.milliseconds)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => logInRepeatedly(client)))
  return { perSecond: (latencies.length * 1000) / (performance.now() - start), latencies }
}

function toLogin(installation: Installation, client: number): Exchange {
  return {
    url: `${installation.url}/login`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: renderLogin(installation, client),
  }
}

/** A request to the guarded route with a token of its own. */
async function logInForApi(installation: Installation, apiUrl: string): Promise<Exchange> {
  const { text } = await send(toLogin(installation, 0), agent)
  const { access_token: token } = JSON.parse(text) as { access_token: string }
  return { url: `${apiUrl}/orders`, method: 'GET', headers: { authorization: `Bearer ${token}` } }
}

/** Sends the request every 20 ms, for so long. */
async function sampleFor(exchange: Exchange, milliseconds: number, latencies: number[]): Promise<void> {
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const answer = await send(exchange, agent)
    if (answer.status !== 200) throw new Error(`${exchange.url} answers ${answer.status}: ${answer.text}`)
    latencies.push(answer.milliseconds)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function judge({ logins, hashing }: LoginFigures): Mark[] {
  const ratio = medianRatio(logins, hashing)
  const [mark, measured] = ['≥ 0.95 of the pure Argon2id rate', describeRatio(logins, hashing)]
  return [{ of: 'login', mark, measured, isMet: ratio >= 0.95 }]
}

function tabulate(figures: LoginFigures): Table[] {
  const row = (name: string, values: readonly number[]) => [
    name,
    `${median(values).toFixed(1)} ms`,
    `${percentile(values, 0.99).toFixed(1)} ms`,
    String(values.length),
  ]
  return [
    {
      caption: 'Rate',
      columns: ['', 'per second', 'ratio', 'CPU of the process for each'],
      rows: [
        ['pure Argon2id', median(figures.hashing).toFixed(1), '1', `${median(figures.hashingCpu).toFixed(1)} ms`],
        [
          'POST /login',
          median(figures.logins).toFixed(1),
          describeRatio(figures.logins, figures.hashing),
          `${median(figures.loginCpu).toFixed(1)} ms`,
        ],
      ],
    },
    {
      caption: 'Latency',
      columns: ['', 'p50', 'p99', 'requests'],
      rows: [
        row(`POST /login, ${clients} clients`, figures.loginLatencies),
        row('GET /healthz, meanwhile', figures.healthLatencies),
        row('GET /healthz, idle', figures.idleHealthLatencies),
        row('guarded route of another process, meanwhile', figures.guardedLatencies),
        row('guarded route of another process, idle', figures.idleGuardedLatencies),
      ],
    },
  ]
}
