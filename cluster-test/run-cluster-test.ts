import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../packages/server/testing/postgresql-cluster.ts'
import { checkHistory } from './checker/check-history.ts'
import type { Evidence, Span, Violation } from './checker/evidence.ts'
import { readEndState } from './checker/read-end-state.ts'
import { Cluster } from './cluster.ts'
import type { Fault, Tools } from './faults/fault.ts'
import { MemoryDisk } from './faults/memory-disk.ts'
import { SlowDisk } from './faults/slow-disk.ts'
import type { GuardReport } from './guards/guard-report.ts'
import { isAcknowledged, isFailed, type Moment, now } from './load/act.ts'
import { actAsMachine } from './load/act-as-machine.ts'
import { CollectedFeed } from './load/collect-feed.ts'
import { History } from './load/history.ts'
import { keepSession, refresh } from './load/keep-session.ts'
import { Load } from './load/load.ts'
import { redeemCodes } from './load/redeem-codes.ts'
import { revoke } from './load/revoke.ts'
import { type PairOptions, PostgresqlPair } from './postgresql/postgresql-pair.ts'
import { SqliteFile } from './sqlite/sqlite-file.ts'

export interface ClusterTestOptions {
  readonly name: string
  readonly database: 'postgresql' | 'sqlite'
  readonly faults: readonly Fault[]
  /** Who keeps sessions; two more are in browsers. */
  readonly people: number
  readonly say: (sentence: string) => void
}

/** One fault, and how it went. */
export interface Episode {
  readonly fault: Fault
  readonly begunAt: Moment
  readonly liftedAt: Moment
  /** Since when nothing failed any more; undefined: it did not get well in time. */
  readonly normalAt: Moment | undefined
  readonly note: string | undefined
}

export interface Skipped {
  readonly fault: Fault
  readonly why: string
}

export interface ClusterTestResult {
  readonly episodes: readonly Episode[]
  readonly skipped: readonly Skipped[]
  readonly evidence: Evidence
  readonly violations: readonly Violation[]
  /** Name and version. */
  readonly database: string
}

const browsers = 2
const smallDiskMegabytes = 300
/** For all that come after the first primary. */
const roomyDiskMegabytes = 1200
const longestRecoveryMilliseconds = 60_000
/** For so long nothing may fail before all counts as well. */
const calmMilliseconds = 2000

/** Starts all of it, puts load on it, makes one fault after the other, and holds in the end everything against what is there. */
export async function runClusterTest(options: ClusterTestOptions): Promise<ClusterTestResult> {
  const { name, database, faults, people, say } = options
  await using parts = new AsyncDisposableStack()
  const slowDisk = useUnlessText(parts, SlowDisk.build())
  const smallDisk = useUnlessText(parts, MemoryDisk.mount(smallDiskMegabytes))
  const roomyDisk = useUnlessText(parts, MemoryDisk.mount(roomyDiskMegabytes))
  const placement: PairOptions = {
    environment: typeof slowDisk === 'string' ? {} : slowDisk.environment,
    makeFolder: (isFirst) => chooseDisk(isFirst ? smallDisk : roomyDisk),
  }
  const isShared = database === 'postgresql'
  const store = parts.use(isShared ? await PostgresqlPair.start(placement) : new SqliteFile(chooseDisk(smallDisk)))
  const instances = isShared ? 3 : 1
  const cluster = parts.use(await Cluster.start({ name, instances, people: people + browsers, store }))
  const history = parts.use(new History(name))
  const guards = [cluster.guards, cluster.lonelyGuard]
  const load = new Load({ installation: cluster.installation, history, guards, port: cluster.front.port })
  const feed = new CollectedFeed()
  const collecting = feed.collect(cluster.front.port)
  const clients = Promise.all(startClients(load, people))
  const endLoad = () => {
    load.isOver = true
    feed.isOver = true
    return Promise.all([clients, collecting])
  }
  parts.defer(async () => void (await endLoad()))
  say(`${cluster.members.length} instances and ${load.installation.usernames.length} people are there`)

  const { episodes, skipped, quiet } = await makeFaults({ cluster, slowDisk, smallDisk }, history, faults, say)
  await endLoad()
  say(`${history.acts.length} acts; now everything is asked for once more`)
  await askOnceMore(load)
  await feed.read(cluster.front.port)
  const evidence: Evidence = {
    acts: history.acts,
    guards: mergeReports(await Promise.all(guards.map((process) => process.report()))),
    feedLines: feed.lines,
    forkedNumbers: feed.forked,
    endState: await readEndState((sql) => store.query(sql), await verifyAudit(cluster)),
    quiet,
    wrongClocks: listWrongClocks(episodes),
  }
  return { episodes, skipped, evidence, violations: checkHistory(evidence), database: await store.describe() }
}

function chooseDisk(disk: MemoryDisk | string): string {
  return typeof disk === 'string' ? makeFolder('ostiary-cluster-') : disk.makeFolder()
}

function useUnlessText<T extends Disposable>(parts: AsyncDisposableStack, made: T | string): T | string {
  return typeof made === 'string' ? made : parts.use(made)
}

function startClients(load: Load, people: number): readonly Promise<void>[] {
  const { usernames } = load.installation
  return [
    ...usernames.slice(0, people).map((username) => keepSession(load, username)),
    ...usernames.slice(people).map((username) => redeemCodes(load, username)),
    actAsMachine(load),
    revoke(load),
  ]
}

async function makeFaults(
  tools: Tools,
  history: History,
  faults: readonly Fault[],
  say: (sentence: string) => void,
): Promise<{ readonly episodes: Episode[]; readonly skipped: Skipped[]; readonly quiet: Span[] }> {
  const episodes: Episode[] = []
  const skipped: Skipped[] = []
  const quiet: Span[] = []
  let normalAt = await untilNormal(tools.cluster, history)
  if (normalAt === undefined) throw new Error('it is not well before anything was made to fail')
  for (const fault of faults) {
    const why = fault.findObstacle?.(tools)
    if (why !== undefined) {
      skipped.push({ fault, why })
      say(`skipped: ${fault.name}: ${why}`)
      continue
    }
    const begunAt = now()
    const { liftedAt, note } = await fault.make(tools)
    if (normalAt !== undefined) quiet.push({ from: normalAt, to: fault.isNone ? liftedAt : begunAt })
    // What comes of it may come a moment later.
    await sleep(calmMilliseconds)
    normalAt = await untilNormal(tools.cluster, history)
    episodes.push({ fault, begunAt, liftedAt, normalAt, note })
    say(
      `${fault.name}: ${normalAt === undefined ? 'NOT well again' : `well ${Math.round(normalAt - begunAt)} ms after it began`}`,
    )
  }
  return { episodes, skipped, quiet }
}

/** Since when all has been well; undefined when it does not get well. */
async function untilNormal({ guards, lonelyGuard }: Cluster, { acts }: History): Promise<Moment | undefined> {
  const limit = now() + longestRecoveryMilliseconds
  while (now() < limit) {
    await sleep(100)
    const since = now() - calmMilliseconds
    const recent = acts.slice(-400).filter(({ endedAt }) => endedAt >= since)
    if (recent.some(isFailed) || recent.filter(isAcknowledged).length < 3) continue
    if ((await guards.areLive()) && (await lonelyGuard.areLive())) return now()
  }
  return undefined
}

/** Whoever holds a session gets on with it, and whoever has lost one does not. */
async function askOnceMore(load: Load): Promise<void> {
  const ended = [...load.ended.values()].slice(-200)
  const families = [...load.live.values(), ...ended]
  const ask = async () => {
    for (let family = families.pop(); family !== undefined; family = families.pop()) {
      let tries = 1
      while ((await refresh(load, family)) === 'failed' && tries < 10) tries += 1
    }
  }
  await Promise.all(Array.from({ length: 8 }, ask))
}

async function verifyAudit({ members }: Cluster): Promise<string | undefined> {
  try {
    await members[0]?.instance.run(['audit', 'verify'])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function mergeReports(reports: readonly GuardReport[]): GuardReport {
  return {
    watched: reports.flatMap(({ watched }) => watched),
    shown: reports.reduce((sum, { shown }) => sum + shown, 0),
    unaccepted: reports.flatMap(({ unaccepted }) => unaccepted),
    notes: reports.flatMap(({ notes }) => notes),
  }
}

function listWrongClocks(episodes: readonly Episode[]): Evidence['wrongClocks'] {
  return episodes.flatMap(({ fault: { wrongClockOf: guard }, begunAt, liftedAt, normalAt = liftedAt }) =>
    guard === undefined ? [] : [{ guard, from: begunAt, to: normalAt }],
  )
}
