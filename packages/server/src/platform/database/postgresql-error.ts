import { DatabaseError } from './database-error.ts'

/**
 * The SQLSTATE that the server answered with; absence means that it did not answer.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function findSqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined
}

/** serialization_failure or deadlock_detected: the server chose this transaction as the one to run again. */
export function isTransient(error: unknown): boolean {
  const state = findSqlState(error)
  return state === '40001' || state === '40P01'
}

/** The connection is gone, or the server is ending it: class 08, class 57P, or no answer at all. */
export function isConnectionLost(error: unknown): boolean {
  const state = findSqlState(error)
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P')
  if (!(error instanceof Error)) return false
  return (
    /^Connection terminated|^Client has encountered a connection error|^Client was closed/.test(error.message) ||
    isSocketError(error)
  )
}

function isSocketError(error: Error): boolean {
  return 'syscall' in error
}

/** insufficient_privilege, or invalid_schema_name: no schema to make tables in. */
export function isForbidden(error: unknown): boolean {
  const state = findSqlState(error)
  return state === '42501' || state === '3F000'
}

/** What the operator is told when a connection can't be had. `shown` is the address without its password. */
export function explainConnecting(error: unknown, shown: string): unknown {
  const state = findSqlState(error)
  const reason = error instanceof Error && error.message !== '' ? error.message : 'no answer'
  if (reason === 'timeout exceeded when trying to connect') {
    return new DatabaseError(
      'busy',
      'No connection to PostgreSQL became free in time: try again, or add instances.',
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
