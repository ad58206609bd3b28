import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import { rotate } from '../measuring/interleave.ts'
import { describeRatio, median, medianRatio, percentile } from '../measuring/median.ts'
import { startWorker } from '../measuring/start-worker.ts'
import { type Installation, makeInstallation, renderLogin, startOstiary } from '../server/start-ostiary.ts'
import { type LoadFigures, type NextForm, postForms } from './post-forms.ts'
import type { FormReply } from './serve-form.ts'

const connectionCounts = [1, 32, 256] as const

interface RefreshFigures {
  readonly connections: number
  readonly refreshes: LoadFigures[]
  readonly posts: LoadFigures[]
}

const refreshNotes: readonly string[] = [
  'Ostiary is `ostiary serve` on SQLite with `synchronous=FULL`: each refresh checks the token, rotates the session durably, signs an ES256 access token and answers the successor, which the next request on that connection presents. Each connection has a session of its own.',
  'Bare Fastify answers a form post of the same length with JSON of the same length, and does nothing else. Both get the same load from the same process in short turns; they and the load share the cores.',
  'oidc-provider and better-auth are not in this run: the first keeps its sessions in memory unless it is given a store, and neither has a reuse window, so a like comparison needs adapters of our own.',
]

await keepResult('refresh', async (isQuick): Promise<Findings> => {
  const size = isQuick ? { rounds: 3, milliseconds: 400 } : { rounds: 11, milliseconds: 1_500 }
  const installation = await makeInstallation(1)
  const server = await startOstiary(installation)
  const form = startWorker<object, FormReply>(new URL('./serve-form.ts', import.meta.url))
  try {
    const { url } = await form.ask({})
    const figures: RefreshFigures[] = []
    for (const connections of connectionCounts) {
      console.log(`refresh: ${connections} connections…`)
      figures.push(await measure(installation, new URL(url), connections, size))
    }
    return {
      title: 'Refresh',
      marks: judge(figures),
      tables: tabulate(figures),
      notes: refreshNotes,
      figures: summarize(figures),
    }
  } finally {
    await Promise.all([server.stop(), form.stop()])
    installation.remove()
  }
})

type Size = { readonly rounds: number; readonly milliseconds: number }

async function measure(
  installation: Installation,
  formUrl: URL,
  connections: number,
  { rounds, milliseconds }: Size,
): Promise<RefreshFigures> {
  const sessions: NextForm[] = []
  for (let count = 0; count < connections; count += 1) sessions.push(await openSession(installation))
  const plain: NextForm = () => `grant_type=refresh_token&client_id=ostiary&refresh_token=or_${'x'.repeat(80)}`
  const posts: NextForm[] = sessions.map(() => plain)
  const figures: RefreshFigures = { connections, refreshes: [], posts: [] }
  const turns = [
    async () =>
      void figures.refreshes.push(await postForms(new URL(`${installation.url}/token`), sessions, milliseconds)),
    async () => void figures.posts.push(await postForms(formUrl, posts, milliseconds)),
  ]
  for (const turn of turns) await turn()
  for (const kept of [figures.refreshes, figures.posts]) kept.splice(0)
  for (let round = 0; round < rounds; round += 1) for (const turn of rotate(turns, round)) await turn()
  return figures
}

/** A session whose forms present the successor of each answer. */
async function openSession(installation: Installation): Promise<NextForm> {
  const response = await fetch(`${installation.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: renderLogin(installation, 0),
  })
  let token = ((await response.json()) as { refresh_token: string }).refresh_token
  return (answer) => {
    if (answer !== undefined) token = /"refresh_token":"([^"]+)"/.exec(answer)?.[1] ?? token
    return `grant_type=refresh_token&client_id=ostiary&refresh_token=${token}`
  }
}

function rates(figures: readonly LoadFigures[]): number[] {
  return figures.map(({ perSecond }) => perSecond)
}

function judge(figures: readonly RefreshFigures[]): Mark[] {
  return figures
    .filter(({ connections }) => connections > 1)
    .map(({ connections, refreshes, posts }) => ({
      of: `refresh, durable on SQLite, ES256, ${connections} connections`,
      mark: '≥ 0.2 of bare Fastify answering a form post',
      measured: describeRatio(rates(refreshes), rates(posts)),
      isMet: medianRatio(rates(refreshes), rates(posts)) >= 0.2,
    }))
}

function tabulate(figures: readonly RefreshFigures[]): Table[] {
  const time = (latencies: readonly number[], share: number): string => `${percentile(latencies, share).toFixed(1)} ms`
  return [
    {
      caption: 'Refreshes per second, and how long one takes',
      columns: ['connections', 'refreshes/s', 'of bare Fastify', 'p50', 'p99', 'bare Fastify, posts/s'],
      rows: figures.map(({ connections, refreshes, posts }) => {
        const latencies = refreshes.flatMap((turn) => turn.latencies)
        return [
          String(connections),
          median(rates(refreshes)).toFixed(0),
          describeRatio(rates(refreshes), rates(posts)),
          time(latencies, 0.5),
          time(latencies, 0.99),
          median(rates(posts)).toFixed(0),
        ]
      }),
    },
  ]
}

function summarize(figures: readonly RefreshFigures[]): unknown {
  return figures.map(({ connections, refreshes, posts }) => ({
    connections,
    refreshes: rates(refreshes),
    posts: rates(posts),
  }))
}
