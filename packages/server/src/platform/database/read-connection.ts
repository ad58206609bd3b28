import type { CompiledQuery, ConnectionProvider, DatabaseConnection, QueryResult } from 'kysely'
import { inSpan } from '../tracing/in-span.ts'
import type { Database } from './database.ts'
import type { UnitScope } from './unit-scope.ts'

/** Runs one statement and gives its rows. */
export type Execute = (query: CompiledQuery) => Promise<QueryResult<unknown>>

const writingKinds: ReadonlySet<string> = new Set([
  'InsertQueryNode',
  'UpdateQueryNode',
  'DeleteQueryNode',
  'MergeQueryNode',
])

/** The connection behind `database.read`: refuses to be used inside a unit of work, and to write. */
export function provideReads(dialect: Database['dialect'], scope: UnitScope, execute: Execute): ConnectionProvider {
  const span = { name: 'database read', isOutgoing: true, attributes: { 'db.system.name': dialect } }
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      scope.refuseInside('read')
      if (writingKinds.has(query.query.kind)) throw new Error('database.read was asked to write: use database.write.')
      return (await inSpan(span, () => execute(query))) as QueryResult<R>
    },
    streamQuery: refuseStreaming,
  }
  return { provideConnection: (consumer) => consumer(connection) }
}

/** Neither dialect streams: a list is read in pages. */
export function refuseStreaming(): never {
  throw new Error('Queries are not streamed: read in pages.')
}
