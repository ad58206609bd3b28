import type { Config } from '../../config.ts'
import type { Database } from '../../platform/database/database.ts'
import { inspectDatabase, type PostgresqlFacts, type SqliteFacts } from '../../platform/database/inspect-database.ts'
import { parseDatabaseUrl } from '../../platform/database/parse-database-url.ts'
import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { type Finding, found } from './finding.ts'
import { judgeClock } from './judge-clock.ts'

/** How the database keeps what is committed, and how it is reached. */
export async function checkDatabase(config: Config, database: Database): Promise<readonly Finding[]> {
  const begunAt = Date.now()
  const facts = await inspectDatabase(database)
  if (facts.dialect === 'sqlite') return judgeSqlite(facts)
  const between = (begunAt + Date.now()) / 2
  return [
    ...judgePostgresql(facts, { isLocal: isLocal(config.databaseUrl) }),
    judgeClock('The database server', facts.now - between),
  ]
}

const FULL = 2

export function judgeSqlite({ version, journalMode, synchronous }: SqliteFacts): readonly Finding[] {
  const reached = found('database', 'ok', `SQLite ${version} opens its file.`)
  if (journalMode === 'wal' && synchronous >= FULL) {
    return [reached, found('durability', 'ok', 'A commit has reached the disk (WAL, synchronous=FULL).')]
  }
  const sentence = `SQLite keeps its journal as "${journalMode}" with synchronous=${synchronous}, since this file system can’t do better: put the file on a disk of this machine.`
  return [reached, found('durability', 'error', sentence)]
}

/** The oldest release that still gets corrections. */
const OLDEST_POSTGRESQL = 15

/** Commits that are acknowledged before they are on a disk, here or on a replica. */
const hastyCommits: readonly string[] = ['off']

export function judgePostgresql(
  facts: PostgresqlFacts,
  { isLocal }: { readonly isLocal: boolean },
): readonly Finding[] {
  return [judgeServer(facts, isLocal), judgeDurability(facts)]
}

function judgeServer(facts: PostgresqlFacts, isLocal: boolean): Finding {
  const major = Math.floor(facts.versionNumber / 10_000)
  if (facts.isReplica) {
    return found('database', 'error', 'The database is a replica, which takes no writes: connect to its primary.')
  }
  if (!isLocal && !facts.isEncrypted) {
    const sentence = 'The connection to PostgreSQL leaves this machine without TLS: add sslmode=verify-full to its URL.'
    return found('database', 'error', sentence)
  }
  if (major < OLDEST_POSTGRESQL) {
    return found(
      'database',
      'warning',
      `PostgreSQL ${major} gets no corrections any more: upgrade it to ${OLDEST_POSTGRESQL} or later.`,
    )
  }
  if (facts.isSuperuser) {
    const sentence =
      'The database’s user is a superuser: give Ostiary a role that owns its own database and nothing else.'
    return found('database', 'warning', sentence)
  }
  return found('database', 'ok', `PostgreSQL ${major} answers.`)
}

function judgeDurability({ fsync, fullPageWrites, synchronousCommit }: PostgresqlFacts): Finding {
  const wrong = [
    ...(fsync ? [] : ['fsync']),
    ...(fullPageWrites ? [] : ['full_page_writes']),
    ...(hastyCommits.includes(synchronousCommit) ? ['synchronous_commit'] : []),
  ]
  if (wrong.length === 0) {
    return found(
      'durability',
      'ok',
      `A commit has reached the disk (synchronous_commit=${synchronousCommit}, fsync=on).`,
    )
  }
  const sentence = `PostgreSQL has ${wrong.map((name) => `${name}=off`).join(' and ')}: a crash forgets logouts and revocations that were confirmed; turn ${wrong.length === 1 ? 'it' : 'them'} on.`
  return found('durability', 'error', sentence)
}

/** A socket in the file system is on this machine as well. */
function isLocal(databaseUrl: string): boolean {
  const address = parseDatabaseUrl(databaseUrl)
  return (
    address.dialect === 'postgresql' && address.hosts.every(({ host }) => host.startsWith('/') || isLoopbackHost(host))
  )
}
