import { renderBars } from '../document/plot.ts'
import { type Findings, keepResult, type Mark } from '../document/result.ts'
import { versionsOf } from '../measuring/versions-of.ts'
import {
  besidePeers,
  type Comparison,
  type ComparisonSize,
  compareServers,
  judgeAgainst,
  summarize,
  tabulate,
  toBars,
  withServers,
} from '../peers/compare-servers.ts'
import { bareFastify, oidcProvider, type ServerContenderProcess } from '../peers/contenders.ts'

const connectionCounts = [1, 32, 256] as const

const loads = [
  { kind: 'client_credentials', title: 'client credentials' },
  { kind: 'authorization_code', title: 'code exchange' },
  { kind: 'introspection', title: 'introspection' },
] as const

const notes: readonly string[] = [
  'Ostiary is `ostiary serve`, on SQLite with `synchronous=FULL` or on a PostgreSQL that waits for the disk at each commit; oidc-provider keeps everything in memory, where nothing is durable; better-auth with its OAuth provider is on SQLite with the same `synchronous=FULL`.',
  'Client credentials: the secret is checked, and an ES256 JWT for one API is signed. All take the secret in the form.',
  'Code exchange: each code is redeemed once, with its PKCE verifier, for an ES256 JWT and a refresh token. The codes come from the authorization endpoint; oidc-provider’s are made in its process as its endpoint would. Making them is not timed; a turn redeems the same number of codes everywhere.',
  'Introspection: a client that may ask is authenticated and asks for a live access token. Ours and better-auth’s is the JWT that they issue; oidc-provider does not introspect those and is asked for an opaque one, without a signature. Ours also looks whether the session, account and client still stand.',
  'Bare Fastify answers a form post of the same length with JSON, and does nothing else.',
  'All get the same load from the same process, in short turns, in another order each round; they, PostgreSQL and the load share the cores. Each is under each load for three seconds before it is measured. Connections are open before the clock starts.',
  versionsOf(['oidc-provider', 'better-auth', '@better-auth/oauth-provider', 'fastify']),
]

await keepResult('grants', async (isQuick): Promise<Findings> => {
  const size = isQuick
    ? { rounds: 3, milliseconds: 300, codes: 150, warmUpMilliseconds: 0 }
    : { rounds: 7, milliseconds: 800, codes: 400, warmUpMilliseconds: 3_000 }
  const comparisons = await withServers((servers) => compareAll(servers, size))
  return {
    title: 'Client credentials, code exchange and introspection',
    marks: judge(comparisons),
    peers: loads.flatMap(({ kind, title }) =>
      besidePeers(
        comparisons.filter((comparison) => comparison.kind === kind),
        title,
      ),
    ),
    tables: comparisons.map((comparison) =>
      tabulate(comparison, loads.find(({ kind }) => kind === comparison.kind)?.title),
    ),
    plots: loads.map(({ kind, title }) => ({
      file: `${kind.replace('_', '-')}.svg`,
      alt: `Answers per second of each server with 1, 32 and 256 connections: ${title}`,
      svg: renderBars(`Answers per second: ${title}`, toBars(comparisons.filter((each) => each.kind === kind))),
    })),
    notes,
    figures: summarize(comparisons),
  }
})

async function compareAll(servers: readonly ServerContenderProcess[], size: ComparisonSize): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const { kind } of loads) {
    for (const connections of connectionCounts)
      comparisons.push(await compareServers(servers, { kind, connections }, size))
  }
  return comparisons
}

/** The design's marks; it has none for codes and introspection. */
function judge(comparisons: readonly Comparison[]): Mark[] {
  const of = 'client credentials, ES256'
  return comparisons
    .filter(({ kind, connections }) => kind === 'client_credentials' && connections > 1)
    .flatMap((comparison) => [
      judgeAgainst(comparison, { of, base: bareFastify, least: 0.25, name: 'bare Fastify answering a form post' }),
      judgeAgainst(comparison, { of, base: oidcProvider, least: 3, name: 'oidc-provider with its in-memory store' }),
    ])
}
