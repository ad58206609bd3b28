import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { SqliteAdapter, SqliteQueryCompiler } from 'kysely'
import { systemClock } from '../clock/clock.ts'
import { Announcements } from './announcements.ts'
import type { Database, Queries } from './database.ts'
import { DatabaseError, databaseClosed } from './database-error.ts'
import { GroupCommit } from './group-commit.ts'
import { longestWaitMilliseconds, migrate } from './migrate.ts'
import type { OpenDatabaseOptions } from './open-database.ts'
import { openQueries } from './open-queries.ts'
import { provideReads } from './read-connection.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { isDamaged, isNotADatabase, isNotWritable } from './sqlite-error.ts'
import { accessSqliteSchema } from './sqlite-schema.ts'
import { createUnitScope, type UnitScope } from './unit-scope.ts'

const language = { compiler: new SqliteQueryCompiler(), adapter: new SqliteAdapter() }

/** Opens a SQLite file: one connection that writes, in groups, and one that reads what was committed. */
export async function openSqlite(
  path: string,
  options: OpenDatabaseOptions,
  limitMilliseconds: number,
): Promise<Database> {
  createFile(path)
  const writer = await openConnection(path)
  try {
    await migrateOn(writer, options, path)
    const reader = await openConnection(path)
    reader.run('PRAGMA query_only = ON')
    return assemble(writer, reader, options, { limitMilliseconds, path })
  } catch (error) {
    writer.close()
    throw error
  }
}

function assemble(
  writer: SqliteConnection,
  reader: SqliteConnection,
  options: OpenDatabaseOptions,
  { limitMilliseconds, path }: { readonly limitMilliseconds: number; readonly path: string },
): Database {
  const scope = createUnitScope()
  const announcements = new Announcements()
  const surroundings = { language, scope, clock: options.clock, limitMilliseconds, announcements }
  const group = new GroupCommit(writer, surroundings, options.batchLimitMilliseconds)
  let closing: Promise<void> | undefined
  const read = openQueries(
    language,
    provideReads('sqlite', scope, async (query) => {
      if (closing !== undefined) throw databaseClosed()
      return retryWhileBusy(() => reader.execute(query))
    }),
  )
  return {
    dialect: 'sqlite',
    read,
    readUrgently: read,
    async write(unit) {
      scope.refuseInside('write')
      if (closing !== undefined) throw databaseClosed()
      return group.write(unit)
    },
    async snapshot(act) {
      scope.refuseInside('read')
      if (closing !== undefined) throw databaseClosed()
      return readSnapshot(await openConnection(path), scope, act)
    },
    onAnnounced: (topic, listener) => announcements.listen(topic, listener),
    readClock: async () => systemClock.now(),
    close() {
      closing ??= group.finish().then(() => {
        reader.close()
        writer.close()
      })
      return closing
    },
  }
}

/** On a connection of its own: in WAL mode a transaction that reads sees what was there at its first statement. */
async function readSnapshot<T>(
  connection: SqliteConnection,
  scope: UnitScope,
  act: (sql: Queries) => Promise<T>,
): Promise<T> {
  try {
    connection.run('PRAGMA query_only = ON')
    connection.run('BEGIN')
    await retryWhileBusy(() => connection.run('SELECT 1 FROM sqlite_schema LIMIT 1'))
    return await act(
      openQueries(
        language,
        provideReads('sqlite', scope, async (query) => connection.execute(query)),
      ),
    )
  } finally {
    connection.close()
  }
}

async function openConnection(path: string): Promise<SqliteConnection> {
  let connection: SqliteConnection | undefined
  try {
    const opened = new SqliteConnection(path)
    connection = opened
    // WAL: readers and the writer do not wait for each other. FULL: a commit has reached the disk.
    await retryWhileBusy(() => opened.run('PRAGMA journal_mode = WAL'))
    opened.run('PRAGMA synchronous = FULL')
    return opened
  } catch (error) {
    connection?.close()
    throw explain(error, path)
  }
}

// The file holds secrets: only its owner may read it. SQLite gives its -wal and -shm files the same permissions.
function createFile(path: string): void {
  const folder = dirname(path)
  try {
    makeFolder(folder)
  } catch (error) {
    throw new DatabaseError(
      'folder_not_creatable',
      `The folder ${folder} for the database can't be made: make it yourself, or name another place.`,
      error,
    )
  }
  try {
    // Never opened when it is there: closing it would drop the locks that this process may hold on it through SQLite.
    if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600))
    accessSync(path, constants.R_OK | constants.W_OK)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    if (isExisting(error)) return
    throw notWritable(path, error)
  }
}

// Not by mkdir's own `recursive`: Node 26 never returns from it where the system has folders but lets nobody add one (/proc).
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!isExisting(error)) throw error
  }
}

/** Another process was faster. */
function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function explain(error: unknown, path: string): unknown {
  if (isNotADatabase(error)) {
    return new DatabaseError(
      'not_a_database',
      `The file ${path} is not a SQLite database: name another file, or move this one away.`,
      error,
    )
  }
  if (isDamaged(error)) {
    return new DatabaseError('file_damaged', `The database ${path} is damaged: restore it from a backup.`, error)
  }
  if (isNotWritable(error)) return notWritable(path, error)
  const reason = error instanceof Error ? error.message : String(error)
  return new DatabaseError(
    'not_a_database',
    `${path} can't be opened as a database (${reason}): name a file on a disk.`,
    error,
  )
}

function notWritable(path: string, cause: unknown): DatabaseError {
  return new DatabaseError(
    'file_not_writable',
    `The database ${path} can't be written: give this user the right to write the file and its folder, or name another place.`,
    cause,
  )
}

async function migrateOn(writer: SqliteConnection, options: OpenDatabaseOptions, path: string): Promise<void> {
  const { clock, takesContractSteps = false, migrationObserver: observer = {} } = options
  const patienceMilliseconds = options.migrationPatienceMilliseconds ?? longestWaitMilliseconds
  const access = accessSqliteSchema(writer, { path, patienceMilliseconds })
  await migrate(access, options.migrations, { clock, takesContractSteps, observer })
}
