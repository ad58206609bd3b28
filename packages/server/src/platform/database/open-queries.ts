import {
  type ConnectionProvider,
  DefaultQueryExecutor,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  type QueryCompiler,
} from 'kysely'
import type { Queries } from './database.ts'

/** How one dialect writes its SQL: stateless, so one of each serves every handle. */
export interface QueryLanguage {
  readonly compiler: QueryCompiler
  readonly adapter: DialectAdapter
}

/** A query builder whose queries run on the connection that is handed in. Cheap: one is made for each unit of work. */
export function openQueries(language: QueryLanguage, connections: ConnectionProvider): Queries {
  const executor = new DefaultQueryExecutor(language.compiler, language.adapter, connections)
  return new Kysely({ config: { dialect: noDialect }, dialect: noDialect, driver: noDriver, executor })
}

// Kysely's own transactions and connections would get round the units of work, so there is no driver to begin them.
const noDriver: Driver = {
  init: refuse,
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: refuse,
  destroy: refuse,
}

const noDialect: Dialect = {
  createDriver: () => noDriver,
  createQueryCompiler: refuseNow,
  createAdapter: refuseNow,
  createIntrospector: refuseNow,
}

async function refuse(): Promise<never> {
  refuseNow()
}

function refuseNow(): never {
  throw new Error('Transactions and connections are made by database.write alone.')
}
