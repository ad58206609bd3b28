import { LARGEST_LEEWAY_SECONDS } from '../../packages/server/src/domain/revocations/revocation.ts'
import type { Assumptions } from './assumptions.ts'

/** Milliseconds of CPU and bytes of the write-ahead log that one request takes. */
export interface RequestCost {
  readonly serverCpuMilliseconds: number
  readonly databaseCpuMilliseconds: number
  readonly logBytes: number
}

/** What a single machine was measured to do: `measured.json`. */
export interface Measured {
  readonly refresh: RequestCost
  /** Without its hash. */
  readonly login: RequestCost
  readonly introspection: RequestCost
  readonly revocation: RequestCost
  /** CPU of one Argon2id hash. */
  readonly hashMilliseconds: number
  /** On disk, with indexes: an account with its session, without the audit log. */
  readonly accountBytes: number
  /** An event of the audit log with its leaf. */
  readonly eventBytes: number
  readonly residentBytes: number
  /** Memory of a server for each guard that follows it. */
  readonly followerBytes: number
  readonly feedRecordBytes: number
  /** One signed heartbeat in the stream. */
  readonly heartbeatBytes: number
  /** Memory of a guard for each record. */
  readonly denyRecordBytes: number
  /** One after another, behind the feed's one row. */
  readonly revocationsPerSecond: number
}

const DAY_SECONDS = 86_400
const MONTH_SECONDS = 30 * DAY_SECONDS
/** Of the audit log: `login.succeeded` and `session.opened`; `session.ended`. */
const EVENTS_OF_LOGIN = 2
const EVENTS_OF_LOGOUT = 1

export interface Prediction {
  /** On average, a second. */
  readonly refreshes: number
  readonly logins: number
  readonly revocations: number
  /** Transactions that write, at the peak. */
  readonly peakTransactions: number
  /** Cores at the peak, with what is to stay free. */
  readonly serverCores: number
  readonly hashCores: number
  readonly databaseCores: number
  /** Primaries. */
  readonly shards: number
  readonly transactionsPerShard: number
  readonly logBytesPerSecond: number
  readonly logBytesPerShard: number
  readonly storageBytes: number
  readonly storageBytesPerShard: number
  /** Processes of one core each, beside the hashes. */
  readonly instances: number
  readonly residentBytes: number
  readonly feedBytesPerGuard: number
  readonly feedBytes: number
  readonly denyRecords: number
  readonly guardBytes: number
  /** How much of what one feed can number a second is asked of it at the peak. */
  readonly feedHeadShare: number
  /** US dollars a month. */
  readonly cost: {
    readonly servers: number
    readonly databases: number
    readonly disks: number
    readonly feed: number
    readonly all: number
  }
}

/** Adds up what an installation takes, from what one request takes on one machine. */
export function modelInstallation(assumed: Assumptions, measured: Measured): Prediction {
  const rates = ratesOf(assumed)
  const { peakFactor, utilization } = assumed
  const coresFor = (cpu: (cost: RequestCost) => number) => (busyCores(rates, measured, cpu) * peakFactor) / utilization
  const hashCores = (((rates.logins * measured.hashMilliseconds) / 1000) * peakFactor) / utilization
  const serverCores = coresFor((cost) => cost.serverCpuMilliseconds)
  const databaseCores = coresFor((cost) => cost.databaseCpuMilliseconds)
  const logBytesPerSecond = sum(rates, measured, (cost) => cost.logBytes)
  const shards = Math.max(
    1,
    Math.ceil(databaseCores / assumed.coresPerDatabaseMachine),
    Math.ceil((logBytesPerSecond * peakFactor) / assumed.mostLogBytesPerSecond),
  )
  const peakTransactions = (rates.refreshes + rates.logins + rates.revocations) * peakFactor
  const storageBytes = storageOf(assumed, measured, rates)
  const instances = Math.ceil(serverCores)
  const feed = feedOf(assumed, measured, rates)
  return {
    ...{ refreshes: rates.refreshes, logins: rates.logins, revocations: rates.revocations },
    ...{ peakTransactions, serverCores, hashCores, databaseCores, shards },
    transactionsPerShard: peakTransactions / shards,
    ...{ logBytesPerSecond, logBytesPerShard: logBytesPerSecond / shards },
    ...{ storageBytes, storageBytesPerShard: storageBytes / shards, instances },
    residentBytes: instances * measured.residentBytes + assumed.guards * measured.followerBytes,
    ...feed,
    feedHeadShare: (rates.revocations * peakFactor) / measured.revocationsPerSecond,
    cost: costOf(assumed, { serverCores, hashCores, shards, storageBytes, feedBytes: feed.feedBytes }),
  }
}

interface Rates {
  readonly refreshes: number
  readonly logins: number
  readonly introspections: number
  readonly revocations: number
}

/** A second, on average: as many sessions begin as end. */
function ratesOf(assumed: Assumptions): Rates {
  const logins = assumed.activeSessions / assumed.sessionSeconds
  return {
    refreshes: assumed.activeSessions / assumed.refreshIntervalSeconds,
    logins,
    introspections: assumed.introspectionsPerSecond,
    revocations: logins * assumed.logoutShare + assumed.otherRevocationsPerSecond,
  }
}

function sum(rates: Rates, measured: Measured, of: (cost: RequestCost) => number): number {
  return (
    rates.refreshes * of(measured.refresh) +
    rates.logins * of(measured.login) +
    rates.introspections * of(measured.introspection) +
    rates.revocations * of(measured.revocation)
  )
}

function busyCores(rates: Rates, measured: Measured, cpu: (cost: RequestCost) => number): number {
  return sum(rates, measured, cpu) / 1000
}

function storageOf(assumed: Assumptions, measured: Measured, { logins, revocations }: Rates): number {
  const eventsPerSecond = logins * EVENTS_OF_LOGIN + revocations * EVENTS_OF_LOGOUT
  const events = eventsPerSecond * DAY_SECONDS * assumed.auditRetentionDays
  return assumed.accounts * measured.accountBytes + events * measured.eventBytes
}

function feedOf(
  { guards, tokenLifetimeSeconds }: Assumptions,
  measured: Measured,
  { revocations }: Rates,
): Pick<Prediction, 'feedBytesPerGuard' | 'feedBytes' | 'denyRecords' | 'guardBytes'> {
  // One heartbeat each second, and one after each batch: at the most as many as there are revocations.
  const feedBytesPerGuard = measured.heartbeatBytes * (1 + revocations) + revocations * measured.feedRecordBytes
  const denyRecords = revocations * (tokenLifetimeSeconds + LARGEST_LEEWAY_SECONDS)
  return {
    ...{ feedBytesPerGuard, feedBytes: feedBytesPerGuard * guards },
    ...{ denyRecords, guardBytes: denyRecords * measured.denyRecordBytes },
  }
}

function costOf(
  { prices, standbys, coresPerDatabaseMachine }: Assumptions,
  of: Pick<Prediction, 'serverCores' | 'hashCores' | 'shards' | 'storageBytes' | 'feedBytes'>,
): Prediction['cost'] {
  const copies = 1 + standbys
  const servers = (of.serverCores + of.hashCores) * prices.core
  const databases = of.shards * coresPerDatabaseMachine * copies * prices.core
  const disks = (of.storageBytes / 1e9) * copies * prices.diskGigabyte
  const feed = ((of.feedBytes * MONTH_SECONDS) / 1e9) * prices.sentGigabyte
  return { servers, databases, disks, feed, all: servers + databases + disks + feed }
}

/** How many requests a second one machine is predicted to answer, where client, server and database share its cores. */
export function predictThroughput(cores: number, cost: RequestCost, clientCpuMilliseconds: number): number {
  return (cores * 1000) / (cost.serverCpuMilliseconds + cost.databaseCpuMilliseconds + clientCpuMilliseconds)
}
