/**
 * What an operator can cause, and can mend.
 *
 * - `bad_url`: the database URL can't be used.
 * - `folder_not_creatable`: the folder of the SQLite file is missing and can't be made.
 * - `file_not_writable`: the SQLite file, or its folder, can't be written.
 * - `not_a_database`: the file is there and is no SQLite database.
 * - `file_damaged`: the file is a SQLite database with damage.
 * - `server_unreachable`: no answer from the PostgreSQL server, or the connection was lost.
 * - `server_read_only`: the PostgreSQL server takes no writes, since it is a standby, or has become one.
 * - `credentials_refused`: PostgreSQL refuses the user, the password or the way they come.
 * - `certificate_refused`: the certificate of the PostgreSQL server is not one that the database URL lets pass.
 * - `tls_refused`: the database URL asks for TLS, or for logins that are bound to it, and the PostgreSQL server has none.
 * - `pooler_refuses`: a pooler stands before PostgreSQL, and the database URL does not say so.
 * - `database_missing`: PostgreSQL has no database of that name.
 * - `permission_denied`: the PostgreSQL user may not do what the schema needs.
 * - `schema_newer`: a newer release has changed the schema in a way that this one can't work with.
 * - `schema_contract_due`: a step that ends support for older releases has to be taken first, by the operator.
 * - `schema_in_use`: an instance runs that could not go on after the step.
 * - `schema_unknown`: there are tables, and they are not ours.
 * - `busy`: no turn to write, no free connection, no lock or no answer within the time allowed.
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
  | 'server_read_only'
  | 'credentials_refused'
  | 'certificate_refused'
  | 'tls_refused'
  | 'pooler_refuses'
  | 'database_missing'
  | 'permission_denied'
  | 'schema_newer'
  | 'schema_contract_due'
  | 'schema_in_use'
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

export function databaseClosed(): DatabaseError {
  return new DatabaseError('closed', 'The database was closed: open it again.')
}
