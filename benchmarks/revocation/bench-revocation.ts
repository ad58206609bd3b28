import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeCertificate } from '../../packages/server/testing/make-certificate.ts'
import { type Curve, renderCurves, toDistribution } from '../document/plot.ts'
import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import { readMemory } from '../measuring/describe-machine.ts'
import { percentile } from '../measuring/median.ts'
import { startWorker, type Worker } from '../measuring/start-worker.ts'
import {
  findFreePort,
  type Installation,
  makeInstallation,
  renderLogin,
  startOstiary,
} from '../server/start-ostiary.ts'
import type { TlsMessage } from '../tls/terminate-tls.ts'
import type { GuardsMessage, GuardsReply } from './follow-guards.ts'

const guardCounts = [10, 100, 1_000] as const

interface FleetFigures {
  readonly guards: number
  readonly isTls: boolean
  /** Milliseconds from asking to revoke until a guard refused, one value for each guard and revocation. */
  readonly milliseconds: readonly number[]
  /** Of the server. */
  readonly residentMegabytes: number
}

interface Fleets {
  readonly figures: readonly FleetFigures[]
  /** What the longest record took on the wire. */
  readonly lineBytes: number
}

const revocationNotes: readonly string[] = [
  'The server is `ostiary serve` on SQLite; all guards are in one second process, each with keys and a stream of its own, on the same cores: each of them verifies each heartbeat, so the last of 1,000 waits for others that a fleet would serve side by side. Each guard is asked about a good token every 2 ms until it refuses it.',
  'With TLS, a proxy in a third process takes it off before the server, and passes the bytes on; it runs on the same two cores as well.',
  'The time begins when `POST /revoke` (RFC 7009) is sent, so it holds the verification of the token, the durable commit and the answer’s way as well.',
  'The memory for a guard is what the server’s resident set grew by from the smallest to the largest fleet.',
]

await keepResult('revocation', async (isQuick): Promise<Findings> => {
  const revocations = isQuick ? 3 : 25
  const plain = await makeInstallation({ accounts: 1 })
  const direct = await measureFleets(plain, revocations, {})
  plain.remove()
  const figures = [...direct.figures, ...(await measureBehindTls(revocations)).figures]
  const { lineBytes } = direct
  return {
    title: 'Revoked → refused',
    marks: judge(figures, lineBytes),
    tables: tabulate(figures),
    plots: [
      {
        file: 'revocation.svg',
        alt: 'Share of guards that refuse a revoked token, over milliseconds since it was asked to be revoked',
        svg: renderCurves(
          'Guards that refuse a revoked token',
          'milliseconds since the revocation was asked for',
          toCurves(figures),
        ),
      },
    ],
    notes: revocationNotes,
    figures: summarize(figures),
  }
})

/** The whole way over https, as guards are told to go unless they are on the same machine. */
async function measureBehindTls(revocations: number): Promise<Fleets> {
  const port = await findFreePort()
  const installation = await makeInstallation({ accounts: 1, issuer: `https://localhost:${port}` })
  const identity = makeCertificate()
  const certificateFile = path.join(mkdtempSync(path.join(tmpdir(), 'ostiary-bench-')), 'certificate.pem')
  writeFileSync(certificateFile, identity.certificate)
  const proxy = startWorker<TlsMessage, object>(new URL('../tls/terminate-tls.ts', import.meta.url))
  try {
    await proxy.ask({ ...identity, port, serverPort: Number(new URL(installation.url).port) })
    return await measureFleets(installation, revocations, { NODE_EXTRA_CA_CERTS: certificateFile })
  } finally {
    await proxy.stop()
    installation.remove()
    rmSync(path.dirname(certificateFile), { recursive: true })
  }
}

async function measureFleets(
  installation: Installation,
  revocations: number,
  environment: Readonly<Record<string, string>>,
): Promise<Fleets> {
  const server = await startOstiary(installation)
  const fleet = startWorker<GuardsMessage, GuardsReply>(new URL('./follow-guards.ts', import.meta.url), { environment })
  const isTls = installation.issuer.startsWith('https:')
  try {
    const figures: FleetFigures[] = []
    for (const guards of guardCounts) {
      console.log(`revocation: ${guards} guards${isTls ? ' over TLS' : ''}…`)
      await fleet.ask({ open: guards, issuer: installation.issuer, audience: installation.audience })
      const milliseconds: number[] = []
      for (let count = 0; count < revocations; count += 1) milliseconds.push(...(await revokeOnce(installation, fleet)))
      figures.push({ guards, isTls, milliseconds, residentMegabytes: readMemory(server.pid).residentMegabytes })
    }
    return { figures, lineBytes: await measureLine(installation) }
  } finally {
    await Promise.all([server.stop(), fleet.stop()])
  }
}

async function revokeOnce(installation: Installation, fleet: Worker<GuardsMessage, GuardsReply>): Promise<number[]> {
  const login = await fetch(`${installation.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: renderLogin(installation, 0),
  })
  const { access_token: token } = (await login.json()) as { access_token: string }
  await fleet.ask({ watch: token })
  // Let the heartbeat of the login's own second go by, so that nothing but this is under way.
  await new Promise((resolve) => setTimeout(resolve, 100))
  const reply = fleet.next()
  const askedAt = performance.timeOrigin + performance.now()
  const body = new URLSearchParams({ token, client_id: 'ostiary' })
  const { status } = await fetch(`${installation.url}/revoke`, { method: 'POST', body })
  if (status !== 200) throw new Error(`POST /revoke answers ${status}`)
  const refused = await reply
  if (!('refusedAt' in refused)) throw new Error('the guards answered something else')
  return refused.refusedAt.map((at) => at - askedAt)
}

/** The longest record of this run as an event of the stream. */
async function measureLine({ url }: Installation): Promise<number> {
  const log = await (await fetch(`${url}/revocation-feed/log?after=0`)).text()
  const lines = log.split('\n').filter((line) => line.startsWith('{'))
  return Math.max(...lines.map((line) => `data: ${line}\n\n`.length))
}

function judge(figures: readonly FleetFigures[], lineBytes: number): Mark[] {
  const largest = figures.find(({ guards, isTls }) => guards === 1_000 && !isTls)
  const p99 = percentile(largest?.milliseconds ?? [], 0.99)
  return [
    {
      of: 'revoked → refused, 1,000 guards',
      mark: 'p99 ≤ 250 ms',
      measured: `${p99.toFixed(0)} ms`,
      isMet: p99 <= 250,
    },
    { of: 'a record on the wire', mark: '≤ 100 bytes', measured: `${lineBytes} bytes`, isMet: lineBytes <= 100 },
  ]
}

function tabulate(figures: readonly FleetFigures[]): Table[] {
  const grown = (one: FleetFigures): string => {
    const first = figures.find(({ isTls }) => isTls === one.isTls)
    if (first === undefined || one === first) return '–'
    return `${(((one.residentMegabytes - first.residentMegabytes) * 1000) / (one.guards - first.guards)).toFixed(0)} kB`
  }
  return [
    {
      caption: 'From asking to revoke until a guard refuses the token',
      columns: ['guards', '', 'p50', 'p99', 'max', 'server, resident', 'server, for each guard'],
      rows: figures.map((one) => [
        one.guards.toLocaleString('en'),
        one.isTls ? 'TLS' : 'plain',
        ...[0.5, 0.99, 1].map((share) => `${percentile(one.milliseconds, share).toFixed(1)} ms`),
        `${one.residentMegabytes.toFixed(0)} MB`,
        grown(one),
      ]),
    },
  ]
}

function toCurves(figures: readonly FleetFigures[]): Curve[] {
  return figures
    .filter(({ isTls }) => !isTls)
    .map(({ guards, milliseconds }) => ({
      name: `${guards.toLocaleString('en')} guards`,
      points: toDistribution(milliseconds),
    }))
}

function summarize(figures: readonly FleetFigures[]): unknown {
  return figures.map(({ guards, isTls, milliseconds, residentMegabytes }) => ({
    guards,
    isTls,
    residentMegabytes,
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
    max: percentile(milliseconds, 1),
  }))
}
