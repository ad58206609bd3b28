import { inSpan } from '../tracing/in-span.ts'
import type { Database } from './database.ts'

/**
 * Shows each unit of work as a span, from its call to the moment at which it is durable, and within it each time it ran: the rest is the wait for its
 * turn and for the commit. On PostgreSQL a unit may run more than once.
 */
export function traceUnits(database: Database): Database {
  const attributes = { 'db.system.name': database.dialect }
  return {
    ...database,
    write: (unit, options) =>
      inSpan({ name: 'database write', isOutgoing: true, attributes }, () =>
        database.write((tx) => inSpan({ name: 'database transaction', attributes }, () => unit(tx)), options),
      ),
  }
}
