import { compareRates, type PeerFigure } from '../document/peer-figure.ts'
import type { BarGroup } from '../document/plot.ts'
import type { Mark, Table } from '../document/result.ts'
import { rotate } from '../measuring/interleave.ts'
import { describeRatio, median, medianRatio, percentile } from '../measuring/median.ts'
import {
  bareFastify,
  betterAuth,
  oidcProvider,
  onPostgresql,
  onSqlite,
  type ServerContender,
  type ServerContenderProcess,
} from './contenders.ts'
import type { LoadKind, PeerReply } from './peer.ts'
import { type LoadFigures, type NextForm, postForms } from './post-forms.ts'

const contenders: readonly ServerContender[] = [bareFastify, onSqlite, onPostgresql, oidcProvider, betterAuth]

/** What each contender did with so many connections, a value for each round. */
export interface Comparison {
  readonly kind: LoadKind
  readonly connections: number
  readonly loads: ReadonlyMap<string, readonly LoadFigures[]>
}

export interface ComparisonSize {
  readonly rounds: number
  /** How long a turn lasts; where each form is good once, a turn posts `codes` of them instead. */
  readonly milliseconds: number
  readonly codes: number
  /** How long each server is under this load before it is measured: code that ran a thousand times is slower than what ran ten thousand times. */
  readonly warmUpMilliseconds: number
}

/** Starts all servers, compares them and stops them again. */
export async function withServers<T>(work: (servers: readonly ServerContenderProcess[]) => Promise<T>): Promise<T> {
  const servers = await Promise.all(contenders.map((contender) => contender.start()))
  try {
    return await work(servers)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** Lets the servers take turns under the same load, in another order each round. */
export async function compareServers(
  servers: readonly ServerContenderProcess[],
  { kind, connections }: { readonly kind: LoadKind; readonly connections: number },
  size: ComparisonSize,
): Promise<Comparison> {
  console.log(`${kind}: ${connections} connections…`)
  const loads = new Map<string, LoadFigures[]>(contenders.map(({ name }) => [name, []]))
  const turns = []
  for (const [index, server] of servers.entries()) {
    const turn = await prepareTurn(server, kind, connections, size)
    turns.push(async () => {
      loads.get(contenders[index]?.name ?? '')?.push(await turn())
    })
  }
  for (const turn of turns) await repeatFor(turn, size.warmUpMilliseconds)
  for (const warmedUp of loads.values()) warmedUp.splice(0)
  for (let round = 0; round < size.rounds; round += 1) for (const turn of rotate(turns, round)) await turn()
  return { kind, connections, loads }
}

async function repeatFor(turn: () => Promise<void>, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  do await turn()
  while (performance.now() < end)
}

async function prepareTurn(
  server: ServerContenderProcess,
  kind: LoadKind,
  connections: number,
  { milliseconds, codes }: ComparisonSize,
): Promise<() => Promise<LoadFigures>> {
  if (kind === 'authorization_code') {
    return async () => {
      const reply = await server.makeForms({ kind, count: Math.max(codes, connections) })
      return postForms(new URL(reply.url), shareForms(reply, connections), Number.POSITIVE_INFINITY)
    }
  }
  const reply = await server.makeForms({ kind, count: connections })
  const forms = kind === 'refresh_token' ? followSessions(reply) : reply.forms.map((form) => () => form)
  return () => postForms(new URL(reply.url), forms, milliseconds)
}

/** Each form once, to whichever connection is free. */
function shareForms({ forms }: PeerReply, connections: number): NextForm[] {
  const left = [...forms]
  return Array.from({ length: connections }, () => () => left.pop())
}

/** A form for each session, which presents the successor of each answer. */
function followSessions({ forms }: PeerReply): NextForm[] {
  return forms.map((first) => {
    let form = first
    return (answer) => {
      const successor = answer && /"refresh_token":"([^"]+)"/.exec(answer)?.[1]
      if (successor) form = form.replace(/refresh_token=[^&]+$/, `refresh_token=${successor}`)
      return form
    }
  })
}

/** Ours on SQLite beside each peer. */
export function besidePeers(comparisons: readonly Comparison[], what: string): PeerFigure[] {
  return comparisons.flatMap((comparison) =>
    [oidcProvider, betterAuth].map((peer) =>
      compareRates(
        { what: `${what}, ${nameConnections(comparison.connections)}`, peer: peer.name },
        ratesOf(comparison, onSqlite),
        ratesOf(comparison, peer),
      ),
    ),
  )
}

export interface MarkAgainst {
  readonly of: string
  readonly base: ServerContender
  /** The least share of the base's rate. */
  readonly least: number
  readonly name: string
}

/** Ours on SQLite beside another, with the mark that it should reach. */
export function judgeAgainst(comparison: Comparison, { of, base, least, name }: MarkAgainst): Mark {
  const [own, others] = [ratesOf(comparison, onSqlite), ratesOf(comparison, base)]
  return {
    of: `${of}, ${comparison.connections} connections`,
    mark: `≥ ${least} × ${name}`,
    measured: `${describeRatio(own, others)} ×`,
    isMet: medianRatio(own, others) >= least,
  }
}

function ratesOf({ loads }: Comparison, { name }: ServerContender): number[] {
  return (loads.get(name) ?? []).map(({ perSecond }) => perSecond)
}

export function tabulate(comparison: Comparison, what?: string): Table {
  const { connections, loads } = comparison
  const time = (latencies: readonly number[], share: number): string => `${percentile(latencies, share).toFixed(1)} ms`
  return {
    caption: `${what === undefined ? '' : `${what}, `}${nameConnections(connections)}`,
    columns: ['', 'per second', 'of bare Fastify', 'p50', 'p99'],
    rows: contenders.map((contender) => {
      const latencies = (loads.get(contender.name) ?? []).flatMap((load) => load.latencies)
      return [
        contender.name,
        median(ratesOf(comparison, contender)).toFixed(0),
        describeRatio(ratesOf(comparison, contender), ratesOf(comparison, bareFastify)),
        time(latencies, 0.5),
        time(latencies, 0.99),
      ]
    }),
  }
}

/** Without bare Fastify, beside which the others could not be told apart. */
export function toBars(comparisons: readonly Comparison[]): BarGroup[] {
  return comparisons.map((comparison) => ({
    name: nameConnections(comparison.connections),
    bars: contenders
      .filter((contender) => contender !== bareFastify)
      .map((contender) => ({ name: contender.name, value: median(ratesOf(comparison, contender)) })),
  }))
}

function nameConnections(count: number): string {
  return `${count} ${count === 1 ? 'connection' : 'connections'}`
}

/** The rates that tables and marks were made of. */
export function summarize(comparisons: readonly Comparison[]): unknown {
  return comparisons.map((comparison) => ({
    kind: comparison.kind,
    connections: comparison.connections,
    perSecond: Object.fromEntries(contenders.map((contender) => [contender.name, ratesOf(comparison, contender)])),
  }))
}
