import { availableParallelism } from 'node:os'
import { type Config, ConfigurationError } from './config.ts'
import { ensureAuditKey } from './domain/audit-tree/audit-key.ts'
import { advanceKeysInUse } from './domain/clients/advance-keys-in-use.ts'
import { createKeyRing, type KeyRing } from './domain/keys/key-ring.ts'
import { createRefreshKeyRing, type RefreshKeyRing } from './domain/refresh-keys/refresh-key-ring.ts'
import { ensureRefreshKey } from './domain/refresh-keys/rotate-refresh-key.ts'
import { ensureFeedId } from './domain/revocations/ensure-feed-id.ts'
import { ensureAdminApi } from './domain/roles/ensure-admin-api.ts'
import { migrations } from './domain/schema/migrations.ts'
import { type AccessTokenIssuer, createAccessTokenIssuer } from './domain/tokens/issue-access-token.ts'
import { refuseUnfinishedImport } from './domain/transfers/import-installation.ts'
import { Standings } from './platform/admission/standings.ts'
import type { Clock } from './platform/clock/clock.ts'
import { type ClockMove, FollowingClock } from './platform/clock/following-clock.ts'
import type { Database } from './platform/database/database.ts'
import type { MigrationObserver } from './platform/database/migrate.ts'
import { type OpenDatabaseOptions, openDatabase } from './platform/database/open-database.ts'
import { createHashQueue, type HashQueue } from './platform/hash-queue/hash-queue.ts'
import type { Log } from './platform/log/create-log.ts'
import { createSealer, type Sealer } from './platform/sealing/sealing.ts'
import type { NoteSigner } from './platform/signed-note/signed-note.ts'

/** One installation, opened: its settings, its database and what stands on it. A server and every command work with one. */
export interface Installation {
  readonly config: Config
  readonly clock: Clock
  readonly database: Database
  readonly sealer: Sealer
  readonly keyRing: KeyRing
  readonly tokenIssuer: AccessTokenIssuer
  readonly refreshKeys: RefreshKeyRing
  readonly hashQueue: HashQueue
  /** What this process remembers of networks: who was right, and who is refused over and over. */
  readonly standings: Standings
  /** What the audit log's checkpoints are signed with. */
  readonly auditSigner: NoteSigner
  close(): Promise<void>
}

export interface InstallationOptions {
  readonly clock?: Clock
  readonly log?: Log
  /** How many processes do the same on this machine: they share its cores for hashing. Default: 1. */
  readonly processes?: number
  /** For a database that no server has open: steps are taken that older releases can't work with. Default: no. */
  readonly takesContractSteps?: boolean
  /** Is called when steps of the schema are due: taking them, or waiting for another process that does, may take long. */
  readonly onMigrating?: () => void
}

/**
 * Opens the database, brings its schema up to date and its signing keys to the schedule.
 *
 * @throws ConfigurationError, DatabaseError or SealingError, each with one sentence for the operator.
 */
export async function openInstallation(config: Config, options: InstallationOptions = {}): Promise<Installation> {
  const sealer = createSealer(requireSecrets(config))
  const { clock, database } = await openOnItsClock(config.databaseUrl, options)
  const { processes = 1 } = options
  try {
    await refuseUnfinishedImport(database.read)
    const keyRing = createKeyRing(database, sealer)
    const auditSigner = await ensureAuditKey(database, sealer, config.issuer)
    const standings = new Standings()
    const installation: Installation = {
      config,
      clock,
      database,
      sealer,
      keyRing,
      tokenIssuer: createAccessTokenIssuer(config.issuer, { database, keyRing, sealer }),
      refreshKeys: createRefreshKeyRing(database, sealer),
      standings,
      hashQueue: createHashQueue({
        concurrency: Math.max(1, Math.floor(availableParallelism() / processes)),
        // Who has proved who they are is not kept out by those that never did.
        isFamiliar: (network) => standings.isFamiliar(network),
      }),
      auditSigner,
      close: () => database.close(),
    }
    await advanceKeysInUse(installation)
    await ensureFeedId(database)
    await ensureAdminApi(database)
    await ensureRefreshKey(database, sealer)
    // Opens the private keys, so that a wrong secret is told at the start and not at the first login.
    await keyRing.current()
    return installation
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * Opens the database with the clock of its server, unless one is given: instances that write to one database share one time, whatever their
 * machines say.
 */
async function openOnItsClock(
  url: string,
  options: InstallationOptions,
): Promise<{ readonly clock: Clock; readonly database: Database }> {
  const { clock, log } = options
  const schema = describeMigration(options)
  if (clock !== undefined) return { clock, database: await openDatabase({ url, clock, ...schema }) }
  const shared = new FollowingClock({ onMoved: (moved) => log && tellOfMove(log, moved) })
  const database = await openDatabase({ url, clock: shared, ...schema })
  if (database.dialect === 'sqlite') return { clock: shared, database }
  try {
    await shared.follow(() => database.readClock())
  } catch (error) {
    await database.close()
    throw error
  }
  const close = () => shared.stop().then(() => database.close())
  return { clock: shared, database: { ...database, close } }
}

function describeMigration({
  log,
  takesContractSteps = false,
  onMigrating,
}: InstallationOptions): Omit<OpenDatabaseOptions, 'url' | 'clock'> {
  const migrationObserver: MigrationObserver = {
    due: () => onMigrating?.(),
    taken: ({ version, name }) => log?.info({ step: version, name }, 'took a step of the schema'),
    waiting: (reason) => log?.warn({ reason }, 'the schema waits'),
  }
  return { migrations, takesContractSteps, migrationObserver, ...(log && { log }) }
}

const TOLERABLE_CLOCK_MS = 1000

function tellOfMove(log: Log, { movedMilliseconds, machineAheadMilliseconds }: ClockMove): void {
  const isFar = Math.abs(machineAheadMilliseconds) > TOLERABLE_CLOCK_MS
  if (!isFar && Math.abs(movedMilliseconds) <= TOLERABLE_CLOCK_MS) return
  const seconds = { movedSeconds: movedMilliseconds / 1000, machineAheadSeconds: machineAheadMilliseconds / 1000 }
  log.warn(
    seconds,
    'the clocks of this machine and of the database server differ, and the latter counts: let NTP set both',
  )
}

function requireSecrets({ secrets, dataDir }: Config): readonly string[] {
  if (secrets.length > 0) return secrets
  throw new ConfigurationError(
    'OSTIARY_SECRET',
    `OSTIARY_SECRET is not set and ${dataDir} holds no secret. Run this where the server's data folder is, or set OSTIARY_DATA_DIR; for a new installation make one with \`ostiary secret\` and keep it: what it sealed opens with nothing else.`,
  )
}

/**
 * The database alone, with its schema: for who fills an empty one. Nothing is made in it, no key and no feed.
 *
 * @throws ConfigurationError, DatabaseError or SealingError, each with one sentence for the operator.
 */
export async function openBareDatabase(config: Config): Promise<Pick<Installation, 'database' | 'sealer'>> {
  const sealer = createSealer(requireSecrets(config))
  const { database } = await openOnItsClock(config.databaseUrl, {})
  return { sealer, database }
}
