/**
 * What an operator can cause, and can mend.
 *
 * - `bad_url`: the database URL can't be used.
 * - `folder_not_creatable`: the folder of the SQLite file is missing and can't be made.
 * - `file_not_writable`: the SQLite file, or its folder, can't be written.
 * - `not_a_database`: the file is there and is no SQLite database.
 * - `file_damaged`: the file is a SQLite database with damage.
 * - `server_unreachable`: no answer from the PostgreSQL server, or the connection was lost.
 * - `credentials_refused`: PostgreSQL refuses the user or the password.
 * - `database_missing`: PostgreSQL has no database of that name.
 * - `permission_denied`: the PostgreSQL user may not do what the schema needs.
 * - `schema_newer`: a newer release wrote the schema.
 * - `schema_unknown`: there are tables, and they are not ours.
 * - `busy`: no turn to write, or no free connection, within the time allowed.
 * - `unit_timeout`: a unit of work took longer than it may; nothing of it was stored.
 * - `write_failed`: the database refused to commit (a full disk, for example); nothing of the unit was stored.
 * - `outcome_unknown`: the connection was lost while committing; the unit is stored whole or not at all.
 * - `closed`: the database was closed before the call.
 */
export type DatabaseErrorCode =
  | 'bad_url'
  | 'folder_not_creatable'
  | 'file_not_writable'
  | 'not_a_database'
  | 'file_damaged'
  | 'server_unreachable'
  | 'credentials_refused'
  | 'database_missing'
  | 'permission_denied'
  | 'schema_newer'
  | 'schema_unknown'
  | 'busy'
  | 'unit_timeout'
  | 'write_failed'
  | 'outcome_unknown'
  | 'closed'

/** A failure that the operator can mend: the message is one sentence that says how, and holds no secret. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: DatabaseErrorCode

  constructor(code: DatabaseErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
