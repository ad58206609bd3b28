import { CompiledQuery } from 'kysely'
import { DatabaseError } from './database-error.ts'
import type { SchemaAccess } from './migrate.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

export interface SqliteSchemaOptions {
  /** Of the file, for messages. */
  readonly path: string
  /** For how long to wait for other processes. */
  readonly patienceMilliseconds: number
}

/** Steps take turns by SQLite's own lock: one transaction writes at a time, and each looks first whether its step was taken already. */
export function accessSqliteSchema(
  writer: SqliteConnection,
  { path, patienceMilliseconds }: SqliteSchemaOptions,
): SchemaAccess {
  async function inTransaction<T>(act: () => Promise<T>): Promise<T> {
    await retryWhileBusy(() => writer.run('BEGIN IMMEDIATE'), patienceMilliseconds)
    try {
      const result = await act()
      writer.run('COMMIT')
      return result
    } catch (error) {
      if (writer.inTransaction) writer.run('ROLLBACK')
      throw error
    }
  }

  return {
    async listTables() {
      const rows = writer.run(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
      )
      return rows.map((row) => String(row.name))
    },
    run: async (statement) => writer.run(statement),
    change: async (statement) => Number(writer.execute(CompiledQuery.raw(statement)).numAffectedRows ?? 0),
    inTurn: (act) => act(),
    inTransaction,
    inTransactionWithout: (_, act) => alone(writer, path, () => inTransaction(act)),
  }
}

/** SQLite can't tell which release has the file open: so nobody may. Whoever has it open in WAL mode keeps a lock on it, so that it can't leave that mode. */
async function alone<T>(writer: SqliteConnection, path: string, act: () => Promise<T>): Promise<T> {
  writer.run('PRAGMA locking_mode = EXCLUSIVE')
  try {
    leaveWal(writer, path)
    return await act()
  } finally {
    writer.run('PRAGMA locking_mode = NORMAL')
    await retryWhileBusy(() => writer.run('PRAGMA journal_mode = WAL'))
  }
}

function leaveWal(writer: SqliteConnection, path: string): void {
  const inUse = (cause?: unknown) =>
    new DatabaseError(
      'schema_in_use',
      `The database ${path} is in use, and an older release could not go on after this step of its schema: stop every server that has it open, then try again.`,
      cause,
    )
  let mode: unknown
  try {
    mode = writer.run('PRAGMA journal_mode = DELETE')[0]?.journal_mode
  } catch (error) {
    throw inUse(error)
  }
  if (mode !== 'delete') throw inUse()
}
