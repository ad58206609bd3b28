import { type Assumptions, hundredMillion, variations } from './assumptions.ts'
import type { Figure } from './measured.ts'
import { figures, measured } from './measured.ts'
import { modelInstallation, type Prediction } from './model-installation.ts'

/** The model as Markdown: what is assumed, what was measured, what follows, and what if. */
export function renderModel(assumed: Assumptions = hundredMillion): string {
  return [
    '**Assumed**',
    renderTable(['', ''], listAssumptions(assumed)),
    '**Measured**, on one machine',
    renderTable(['', 'figure', 'from'], figures.map(renderFigure)),
    '**What follows**',
    renderTable(['', ''], listPrediction(modelInstallation(assumed, measured), assumed)),
    '**What if**',
    renderTable(
      ['', 'refreshes/s', 'Ostiary, cores', 'shards', 'one feed is used by', 'to each guard', 'guard', 'a month'],
      variations.map((variation) => renderVariation(assumed, variation)),
    ),
    '',
  ].join('\n\n')
}

function listAssumptions(assumed: Assumptions): string[][] {
  const { prices } = assumed
  return [
    ['accounts', count(assumed.accounts)],
    ['active sessions', count(assumed.activeSessions)],
    [
      'lifetime of access tokens',
      `${assumed.tokenLifetimeSeconds} s, refreshed each ${assumed.refreshIntervalSeconds} s`,
    ],
    ['an app is in use after a login for', `${assumed.sessionSeconds / 3600} h, without a pause`],
    ['sessions that end by a logout', `${assumed.logoutShare * 100} %`],
    ['other revocations', `${assumed.otherRevocationsPerSecond} a second`],
    ['introspections', `${count(assumed.introspectionsPerSecond)} a second`],
    ['guards', count(assumed.guards)],
    ['audit events are kept for', `${assumed.auditRetentionDays} days`],
    ['the peak', `${assumed.peakFactor} × the average, at ${assumed.utilization * 100} % of the cores`],
    ['a database machine', `${assumed.coresPerDatabaseMachine} cores, and ${assumed.standbys} standby of its size`],
    ['one primary writes to its log at most', `${bytes(assumed.mostLogBytesPerSecond)}/s`],
    [
      'prices a month, rounded list prices',
      `$${prices.core} a core with its memory, $${prices.diskGigabyte} a GB of disk, $${prices.sentGigabyte} a GB sent`,
    ],
  ]
}

function renderFigure({ name, value, unit, from }: Figure): string[] {
  return [name, `${value.toLocaleString('en')} ${unit}`, from]
}

function listPrediction(found: Prediction, { guards }: Assumptions): string[][] {
  const { cost } = found
  return [
    [
      'refreshes, logins, revocations a second',
      [found.refreshes, found.logins, found.revocations].map(count).join(', '),
    ],
    ['transactions that write, at the peak', `${count(found.peakTransactions)} a second`],
    [
      'Ostiary',
      `${several(found.instances, 'process', 'processes')} of one core, and ${several(Math.ceil(found.hashCores), 'core', 'cores')} for hashes`,
    ],
    ['memory of all of them', bytes(found.residentBytes)],
    ['PostgreSQL', `${count(found.databaseCores)} cores: ${several(found.shards, 'primary', 'primaries')}`],
    ['each primary, at the peak', `${count(found.transactionsPerShard)} transactions a second`],
    ['write-ahead log', `${bytes(found.logBytesPerSecond)}/s; ${bytes(found.logBytesPerShard)}/s for each primary`],
    ['storage', `${bytes(found.storageBytes)}; ${bytes(found.storageBytesPerShard)} on each primary`],
    ['feed', `${bytes(found.feedBytesPerGuard)}/s to each guard, ${bytes(found.feedBytes)}/s to ${count(guards)}`],
    ['a guard’s deny set', `${count(found.denyRecords)} records, ${bytes(found.guardBytes)}`],
    ['of what one feed can number', `${(found.feedHeadShare * 100).toFixed(0)} % at the peak`],
    [
      'a month',
      `${dollars(cost.all)}: Ostiary ${dollars(cost.servers)}, PostgreSQL ${dollars(cost.databases)}, disks ${dollars(cost.disks)}, feed ${dollars(cost.feed)}`,
    ],
  ]
}

function renderVariation(assumed: Assumptions, [name, change]: (typeof variations)[number]): string[] {
  const found = modelInstallation({ ...assumed, ...change }, measured)
  return [
    name,
    count(found.refreshes),
    count(found.instances + Math.ceil(found.hashCores)),
    count(found.shards),
    `${(found.feedHeadShare * 100).toFixed(0)} %`,
    `${bytes(found.feedBytesPerGuard)}/s`,
    bytes(found.guardBytes),
    dollars(found.cost.all),
  ]
}

function renderTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const align = columns.map((_, at) => (at === 0 ? '---' : '---:'))
  return [columns, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function several(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

function dollars(value: number): string {
  return `$${count(value)}`
}

/** Of 1,000: kB, MB, GB, TB. */
function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(value) / 3)))
  const scaled = value / 1000 ** power
  return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toPrecision(2)} ${units[power]}`
}
