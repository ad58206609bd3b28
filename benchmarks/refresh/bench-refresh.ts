import { renderBars } from '../document/plot.ts'
import { type Findings, keepResult } from '../document/result.ts'
import { versionsOf } from '../measuring/versions-of.ts'
import {
  besidePeers,
  type Comparison,
  compareServers,
  judgeAgainst,
  summarize,
  tabulate,
  toBars,
  withServers,
} from '../peers/compare-servers.ts'
import { bareFastify, oidcProvider } from '../peers/contenders.ts'

const connectionCounts = [1, 32, 256] as const

const refreshNotes: readonly string[] = [
  'Ostiary is `ostiary serve`, on SQLite with `synchronous=FULL` or on a PostgreSQL that waits for the disk at each commit: each refresh checks the token, rotates the session durably, signs an ES256 access token and answers the successor, which the next request on that connection presents. Each connection has a session of its own.',
  'oidc-provider keeps everything in memory, where nothing is durable; better-auth with its OAuth provider is on SQLite with the same `synchronous=FULL`. Both rotate the refresh token and sign an ES256 JWT as we do. Neither repeats a successor: the token that lost an answer ends the session there.',
  'Bare Fastify answers a form post of the same length with JSON of the same length, and does nothing else.',
  'All get the same load from the same process, in short turns, in another order each round; they, PostgreSQL and the load share the cores. Each is under each load for three seconds before it is measured. Connections are open before the clock starts.',
  versionsOf(['oidc-provider', 'better-auth', '@better-auth/oauth-provider', 'fastify']),
]

await keepResult('refresh', async (isQuick): Promise<Findings> => {
  const size = isQuick
    ? { codes: 0, rounds: 3, milliseconds: 400, warmUpMilliseconds: 0 }
    : { codes: 0, rounds: 9, milliseconds: 1_000, warmUpMilliseconds: 3_000 }
  return withServers(async (servers) => {
    const comparisons: Comparison[] = []
    for (const connections of connectionCounts)
      comparisons.push(await compareServers(servers, { kind: 'refresh_token', connections }, size))
    const of = 'refresh, durable on SQLite, ES256'
    return {
      title: 'Refresh',
      marks: comparisons
        .filter(({ connections }) => connections > 1)
        .flatMap((comparison) => [
          judgeAgainst(comparison, { of, base: bareFastify, least: 0.2, name: 'bare Fastify answering a form post' }),
          judgeAgainst(comparison, {
            ...{ of, base: oidcProvider, least: 2.5 },
            name: 'oidc-provider with its in-memory store',
          }),
        ]),
      peers: besidePeers(comparisons, 'refresh'),
      tables: comparisons.map((comparison) => tabulate(comparison)),
      plots: [
        {
          file: 'refresh.svg',
          alt: 'Refreshes per second of each server with 1, 32 and 256 connections',
          svg: renderBars('Refreshes per second', toBars(comparisons)),
        },
      ],
      notes: refreshNotes,
      figures: summarize(comparisons),
    }
  })
})
