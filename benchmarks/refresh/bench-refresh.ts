import type { BarGroup } from '../document/plot.ts'
import { renderBars } from '../document/plot.ts'
import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import { rotate } from '../measuring/interleave.ts'
import { describeRatio, median, medianRatio, percentile } from '../measuring/median.ts'
import { bareFastify, betterAuth, oidcProvider, onPostgresql, onSqlite, type RefreshContender } from './contenders.ts'
import type { PeerReply } from './peer.ts'
import { type LoadFigures, type NextForm, postForms } from './post-forms.ts'

const contenders: readonly RefreshContender[] = [bareFastify, onSqlite, onPostgresql, oidcProvider, betterAuth]
const connectionCounts = [1, 32, 256] as const

/** What each contender did with so many connections, a value for each round. */
interface Round {
  readonly connections: number
  readonly loads: ReadonlyMap<string, readonly LoadFigures[]>
}

const refreshNotes: readonly string[] = [
  'Ostiary is `ostiary serve`, on SQLite with `synchronous=FULL` or on a PostgreSQL that waits for the disk at each commit: each refresh checks the token, rotates the session durably, signs an ES256 access token and answers the successor, which the next request on that connection presents. Each connection has a session of its own.',
  'oidc-provider keeps everything in memory, where nothing is durable; better-auth with its OAuth provider is on SQLite with the same `synchronous=FULL`. Both rotate the refresh token and sign an ES256 JWT as we do. Neither repeats a successor: the token that lost an answer ends the session there.',
  'Bare Fastify answers a form post of the same length with JSON of the same length, and does nothing else.',
  'All get the same load from the same process, in short turns, in another order each round; they, PostgreSQL and the load share the cores. Connections are open before the clock starts.',
]

await keepResult('refresh', async (isQuick): Promise<Findings> => {
  const size = isQuick ? { rounds: 3, milliseconds: 400 } : { rounds: 9, milliseconds: 1_000 }
  const servers = await Promise.all(contenders.map((contender) => contender.start()))
  try {
    const rounds: Round[] = []
    for (const connections of connectionCounts) {
      console.log(`refresh: ${connections} connections…`)
      const sessions: PeerReply[] = []
      for (const server of servers) sessions.push(await server.openSessions(connections))
      rounds.push({ connections, loads: await measure(sessions, size) })
    }
    return {
      title: 'Refresh',
      marks: judge(rounds),
      tables: rounds.map(tabulate),
      plots: [
        {
          file: 'refresh.svg',
          alt: 'Refreshes per second of each server with 1, 32 and 256 connections',
          svg: renderBars('Refreshes per second', toBars(rounds)),
        },
      ],
      notes: refreshNotes,
      figures: summarize(rounds),
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
})

type Size = { readonly rounds: number; readonly milliseconds: number }

async function measure(
  sessions: readonly PeerReply[],
  { rounds, milliseconds }: Size,
): Promise<ReadonlyMap<string, LoadFigures[]>> {
  const loads = new Map<string, LoadFigures[]>(contenders.map(({ name }) => [name, []]))
  const turns = sessions.map((reply, index) => {
    const forms = toForms(reply)
    return async () => {
      const load = await postForms(new URL(reply.url), forms, milliseconds)
      loads.get(contenders[index]?.name ?? '')?.push(load)
    }
  })
  for (const turn of turns) await turn()
  for (const warmedUp of loads.values()) warmedUp.splice(0)
  for (let round = 0; round < rounds; round += 1) for (const turn of rotate(turns, round)) await turn()
  return loads
}

/** A form for each session, which presents the successor of each answer. */
function toForms({ clientId, refreshTokens }: PeerReply): NextForm[] {
  return refreshTokens.map((first) => {
    let token = first
    return (answer) => {
      if (answer !== undefined) token = /"refresh_token":"([^"]+)"/.exec(answer)?.[1] ?? token
      return `grant_type=refresh_token&client_id=${clientId}&refresh_token=${token}`
    }
  })
}

function ratesOf({ loads }: Round, { name }: RefreshContender): number[] {
  return (loads.get(name) ?? []).map(({ perSecond }) => perSecond)
}

function judge(rounds: readonly Round[]): Mark[] {
  return rounds
    .filter(({ connections }) => connections > 1)
    .flatMap((round) => [
      judgeAgainst(round, bareFastify, 0.2, 'bare Fastify answering a form post'),
      judgeAgainst(round, oidcProvider, 2.5, 'oidc-provider with its in-memory store'),
    ])
}

function judgeAgainst(round: Round, base: RefreshContender, least: number, name: string): Mark {
  const [own, others] = [ratesOf(round, onSqlite), ratesOf(round, base)]
  return {
    of: `refresh, durable on SQLite, ES256, ${round.connections} connections`,
    mark: `≥ ${least} × ${name}`,
    measured: `${describeRatio(own, others)} ×`,
    isMet: medianRatio(own, others) >= least,
  }
}

function tabulate(round: Round): Table {
  const { connections, loads } = round
  const time = (latencies: readonly number[], share: number): string => `${percentile(latencies, share).toFixed(1)} ms`
  return {
    caption: `${connections} ${connections === 1 ? 'connection' : 'connections'}`,
    columns: ['', 'per second', 'of bare Fastify', 'p50', 'p99'],
    rows: contenders.map((contender) => {
      const latencies = (loads.get(contender.name) ?? []).flatMap((load) => load.latencies)
      return [
        contender.name,
        median(ratesOf(round, contender)).toFixed(0),
        describeRatio(ratesOf(round, contender), ratesOf(round, bareFastify)),
        time(latencies, 0.5),
        time(latencies, 0.99),
      ]
    }),
  }
}

/** Without bare Fastify, beside which the others could not be told apart. */
function toBars(rounds: readonly Round[]): BarGroup[] {
  return rounds.map((round) => ({
    name: `${round.connections} ${round.connections === 1 ? 'connection' : 'connections'}`,
    bars: contenders
      .filter((contender) => contender !== bareFastify)
      .map((contender) => ({ name: contender.name, value: median(ratesOf(round, contender)) })),
  }))
}

function summarize(rounds: readonly Round[]): unknown {
  return rounds.map((round) => ({
    connections: round.connections,
    perSecond: Object.fromEntries(contenders.map((contender) => [contender.name, ratesOf(round, contender)])),
  }))
}
