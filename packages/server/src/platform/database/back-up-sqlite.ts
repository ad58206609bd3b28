import { DatabaseSync } from 'node:sqlite'
import { DatabaseError } from './database-error.ts'
import { isBusy, isDamaged, isNotADatabase } from './sqlite-error.ts'

/**
 * Copies a SQLite database, as it stands at one moment, into an empty file, while others read and write it; and then checks the copy. What is copied is whole and
 * compact: no write-ahead log belongs to it.
 *
 * @throws DatabaseError `file_damaged` when the copy is not sound: the database itself is damaged then
 * @see https://www.sqlite.org/lang_vacuum.html#vacuuminto
 */
export function backUpSqlite(path: string, copy: string): void {
  // One transaction that reads: in WAL mode no writer waits for it, and none makes it begin anew, as the backup interface would.
  const source = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    source.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`)
  } finally {
    source.close()
  }
  checkSqlite(copy)
}

/**
 * Whether a file is a SQLite database of ours without damage; every page, every index and every row is looked at. Returns the version of its schema.
 *
 * @throws DatabaseError `not_a_database`, `file_damaged`, `schema_unknown`
 */
export function checkSqlite(path: string): number {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    const findings = database.prepare('PRAGMA integrity_check(1)').all()
    if (findings[0]?.integrity_check !== 'ok') throw damaged(path)
    const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").get()
    if (table === undefined) throw unknown(path)
    return Number(database.prepare('SELECT max(version) AS version FROM schema_version').get()?.version)
  } catch (error) {
    if (isNotADatabase(error))
      throw new DatabaseError('not_a_database', `The file ${path} is not a SQLite database.`, error)
    throw isDamaged(error) ? damaged(path, error) : error
  } finally {
    database?.close()
  }
}

/**
 * Takes a database for itself, so that nobody else opens it until the act is through; what stands in its write-ahead log is in the file then.
 *
 * @throws DatabaseError `busy` when anybody has it open
 */
export function aloneWithSqlite<T>(path: string, act: () => T): T {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    // Whoever has it open in WAL mode keeps a shared lock on it: so it can't leave that mode.
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    const mode = database.prepare('PRAGMA journal_mode = DELETE').get()?.journal_mode
    if (mode !== 'delete') throw inUse(path)
    database.exec('BEGIN EXCLUSIVE')
    return act()
  } catch (error) {
    throw isBusy(error) ? inUse(path) : error
  } finally {
    database.close()
  }
}

function inUse(path: string): DatabaseError {
  return new DatabaseError('busy', `The database ${path} is in use: stop the server, and whatever else has it open.`)
}

function damaged(path: string, cause?: unknown): DatabaseError {
  return new DatabaseError('file_damaged', `The database ${path} is damaged: take another backup.`, cause)
}

function unknown(path: string): DatabaseError {
  return new DatabaseError('schema_unknown', `The database ${path} was not made by this program.`)
}
