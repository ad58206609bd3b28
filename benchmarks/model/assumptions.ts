/** What a large installation is taken to be. Nothing here was measured. */
export interface Assumptions {
  readonly accounts: number
  /** Sessions whose apps are in use at one moment. */
  readonly activeSessions: number
  readonly tokenLifetimeSeconds: number
  /** An app that is in use refreshes so often. */
  readonly refreshIntervalSeconds: number
  /** How long an app is in use after one login. */
  readonly sessionSeconds: number
  /** Of the sessions, so many are ended by a logout. The others expire. */
  readonly logoutShare: number
  /** Revocations beside logouts: whole accounts, clients, roles that change. */
  readonly otherRevocationsPerSecond: number
  /** APIs that ask the server about tokens in place of following the feed. */
  readonly introspectionsPerSecond: number
  /** Processes of APIs that follow the feed. */
  readonly guards: number
  readonly auditRetentionDays: number
  /** The busiest minute over the average. */
  readonly peakFactor: number
  /** Of its cores a machine is to use so many at the peak. */
  readonly utilization: number
  readonly coresPerDatabaseMachine: number
  /** Each primary has so many standbys of its own size. */
  readonly standbys: number
  /** What one primary is let write to its log, bytes a second: what a disk and a standby in another zone can follow. */
  readonly mostLogBytesPerSecond: number
  /** US dollars a month, rounded list prices of large providers on demand: a core with 4 GB of memory, a GB of disk, a GB sent within the region. */
  readonly prices: { readonly core: number; readonly diskGigabyte: number; readonly sentGigabyte: number }
}

export const hundredMillion: Assumptions = {
  accounts: 100_000_000,
  activeSessions: 10_000_000,
  tokenLifetimeSeconds: 150,
  refreshIntervalSeconds: 140,
  sessionSeconds: 8 * 3600,
  logoutShare: 0.3,
  otherRevocationsPerSecond: 1,
  introspectionsPerSecond: 1_000,
  guards: 1_000,
  auditRetentionDays: 90,
  peakFactor: 2,
  utilization: 0.6,
  coresPerDatabaseMachine: 32,
  standbys: 1,
  mostLogBytesPerSecond: 100_000_000,
  prices: { core: 35, diskGigabyte: 0.12, sentGigabyte: 0.01 },
}

/** What if one thing were otherwise. */
export const variations: readonly (readonly [name: string, change: Partial<Assumptions>])[] = [
  ['as assumed', {}],
  ['tokens of 15 minutes, refreshed after 14', { tokenLifetimeSeconds: 900, refreshIntervalSeconds: 840 }],
  ['tokens of an hour, refreshed after 55 minutes', { tokenLifetimeSeconds: 3600, refreshIntervalSeconds: 3300 }],
  ['1 M active sessions', { activeSessions: 1_000_000 }],
  ['every session ends by a logout', { logoutShare: 1 }],
  ['sessions of one hour', { sessionSeconds: 3600 }],
  ['10,000 guards', { guards: 10_000 }],
  ['a peak of 5 × the average', { peakFactor: 5 }],
]
