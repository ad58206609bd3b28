import { DatabaseError } from './database-error.ts'

/**
 * What became of a statement, where that is no fault of the statement itself.
 *
 * - `transient`: the server chose this transaction as the one to run again.
 * - `lost`: the connection is gone, or the server is ending it.
 * - `read_only`: the server takes no writes any more.
 * - `stale_statement`: what was prepared is not there, or the tables have changed since.
 * - `busy`: a lock or an answer took too long, or the server has no room.
 * - `full`: there is no disk space or memory.
 */
export type Failure = 'transient' | 'lost' | 'read_only' | 'stale_statement' | 'busy' | 'full'

/**
 * COMMIT was answered, but somebody had ended its wait for the synchronous standby: it is on the primary alone, and a failover would forget it.
 *
 * @see https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION-HA
 */
export class UnreplicatedError extends Error {
  constructor() {
    super('the wait for the synchronous standby was cancelled')
    this.name = 'UnreplicatedError'
  }
}

const failuresByState: Readonly<Record<string, Failure>> = {
  '40001': 'transient', // serialization_failure
  '40P01': 'transient', // deadlock_detected
  '40003': 'lost', // statement_completion_unknown
  '25006': 'read_only', // read_only_sql_transaction
  '26000': 'stale_statement', // invalid_sql_statement_name
  '42P05': 'stale_statement', // duplicate_prepared_statement
  '55P03': 'busy', // lock_not_available
  '57014': 'busy', // query_canceled, as by statement_timeout
  '53300': 'busy', // too_many_connections
  '25P03': 'lost', // idle_in_transaction_session_timeout
  '53100': 'full', // disk_full
  '53200': 'full', // out_of_memory
  '53400': 'full', // configuration_limit_exceeded
  '58030': 'full', // io_error
}

/** Undefined: the statement itself was refused, or nobody asked the database. */
export function findFailure(error: unknown): Failure | undefined {
  const state = findSqlState(error)
  if (state === undefined) return isConnectionError(error) ? 'lost' : undefined
  if (state.startsWith('08') || state.startsWith('57P')) return 'lost'
  return failuresByState[state] ?? (isChangedPlan(error) ? 'stale_statement' : undefined)
}

/**
 * The SQLSTATE that the server answered with; absence means that it did not answer.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function findSqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined
}

/** "cached plan must not change result type": feature_not_supported has other meanings, and the words depend on the server's language. */
function isChangedPlan(error: unknown): boolean {
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery'
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    /^Connection terminated|^Client has encountered a connection error|^Client was closed|^Query read timeout|^timeout expired/.test(
      error.message,
    ) || isSocketError(error)
  )
}

function isSocketError(error: Error): boolean {
  return 'syscall' in error
}

/** lock_not_available: `lock_timeout` has passed. */
export function isLockUnavailable(error: unknown): boolean {
  return findSqlState(error) === '55P03'
}

/** insufficient_privilege, or invalid_schema_name: no schema to make tables in. */
export function isForbidden(error: unknown): boolean {
  const state = findSqlState(error)
  return state === '42501' || state === '3F000'
}

/** What the operator is told of a statement that failed by no fault of its own. Any other error stays what it is. */
export function explainFailure(error: unknown, shown: string): unknown {
  if (error instanceof DatabaseError) return error
  const failure = findFailure(error)
  if (failure === undefined) return error
  if (failure === 'lost') return explainConnecting(error, shown)
  if (failure === 'read_only') return takesNoWrites(shown, error)
  if (failure === 'full') return writeFailed(error)
  const reason = error instanceof Error ? error.message : String(error)
  return new DatabaseError('busy', `PostgreSQL at ${shown} is too busy (${reason}): try again in a moment.`, error)
}

export function writeFailed(cause: unknown): DatabaseError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DatabaseError('write_failed', `Nothing was stored (${reason}): check the PostgreSQL server's log.`, cause)
}

export function takesNoWrites(shown: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'server_read_only',
    `PostgreSQL at ${shown} takes no writes: name its primary in the database URL, or all servers that may be that.`,
    cause,
  )
}

/** What the operator is told when a connection can't be had. `shown` is the address without its password. */
export function explainConnecting(error: unknown, shown: string): DatabaseError {
  if (error instanceof DatabaseError) return error
  const state = findSqlState(error)
  const reason = error instanceof Error && error.message !== '' ? error.message : 'no answer'
  if (state === '53300') {
    return new DatabaseError(
      'busy',
      `PostgreSQL at ${shown} has no room for another connection: raise max_connections, or lower pool_max in the database URL.`,
      error,
    )
  }
  // Of pg_hba.conf: no line lets this in, or not without encryption, or not with this certificate. Its words say which.
  if (state === '28000') {
    return new DatabaseError(
      'credentials_refused',
      `PostgreSQL refuses the login of ${shown} (${reason}): correct the database URL, or pg_hba.conf there.`,
      error,
    )
  }
  if (state?.startsWith('28') || reason.startsWith('SASL:')) {
    return new DatabaseError(
      'credentials_refused',
      `PostgreSQL refuses the user or the password of ${shown}: correct them in the database URL.`,
      error,
    )
  }
  if (state === '3D000') {
    return new DatabaseError('database_missing', `There is no database ${shown}: make it with CREATE DATABASE.`, error)
  }
  if (isForbidden(error)) return explainPermission(error, shown)
  if (/unsupported startup parameter/.test(reason)) return needsPoolerParameter(error, shown)
  return explainTls(error, reason, shown) ?? unreachable(error, reason, shown)
}

/** PgBouncer's words for what it does not know; PostgreSQL itself takes every parameter of ours. */
function needsPoolerParameter(error: unknown, shown: string): DatabaseError {
  return new DatabaseError(
    'pooler_refuses',
    `A pooler stands before PostgreSQL at ${shown}: add pooler=transaction to the database URL.`,
    error,
  )
}

function explainTls(error: unknown, reason: string, shown: string): DatabaseError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (reason === 'The server does not support SSL connections') {
    return new DatabaseError(
      'tls_refused',
      `PostgreSQL at ${shown} offers no TLS, and nothing was sent to it: turn ssl on there.`,
      error,
    )
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new DatabaseError(
      'certificate_refused',
      `The certificate of PostgreSQL at ${shown} is for another host: name the host in the database URL as its certificate does.`,
      error,
    )
  }
  // What a file holds. Of the handshake they are called ERR_SSL.
  if (code.startsWith('ERR_OSSL')) {
    return new DatabaseError(
      'bad_url',
      `The files of sslcert, sslkey and sslrootcert can't be used (${reason}): name certificates and the key that belongs to sslcert, in PEM.`,
      error,
    )
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code)) {
    return new DatabaseError(
      'certificate_refused',
      `The certificate of PostgreSQL at ${shown} is signed by nobody who is trusted (${reason}): name its authority by sslrootcert in the database URL.`,
      error,
    )
  }
  return undefined
}

export function bindsNotToCertificate(shown: string): DatabaseError {
  return new DatabaseError(
    'tls_refused',
    `PostgreSQL at ${shown} does not bind the login to its certificate, as channel_binding=require asks, and was sent no password: have it use scram-sha-256 over TLS.`,
  )
}

function unreachable(error: unknown, reason: string, shown: string): DatabaseError {
  return new DatabaseError(
    'server_unreachable',
    `PostgreSQL at ${shown} can't be reached (${reason}): check that it runs and that the database URL is right.`,
    error,
  )
}

export function explainPermission(error: unknown, shown: string): DatabaseError {
  return new DatabaseError(
    'permission_denied',
    `PostgreSQL does not let the user of ${shown} connect or make tables: GRANT it CONNECT on the database and CREATE on its schema.`,
    error,
  )
}
