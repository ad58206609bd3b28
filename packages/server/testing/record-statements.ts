import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { CompiledQuery, KyselyPlugin, QueryResult, RootOperationNode, UnknownRow } from 'kysely'
import type { Database, Queries, Transaction } from '../src/platform/database/database.ts'

export interface RecordedStatements extends Disposable {
  /** The statements since the last time that this was asked, as Kysely knows them. */
  take(): readonly RootOperationNode[]
}

/**
 * Records the statements of a database, in place: with `onlyOfRequests` those that requests of a running server ask for, and otherwise all, also
 * those of the background.
 */
export function recordStatements(
  database: Database,
  { onlyOfRequests = false }: { readonly onlyOfRequests?: boolean } = {},
): RecordedStatements {
  const ofRequest = new AsyncLocalStorage<true>()
  const enter = () => ofRequest.enterWith(true)
  subscribe('http.server.request.start', enter)
  let statements: RootOperationNode[] = []
  const add = (node: RootOperationNode) => {
    if (!onlyOfRequests || ofRequest.getStore()) statements.push(node)
  }
  const record = (sql: Queries) => recordQueries(sql, add)
  const { read } = database
  const write = database.write.bind(database)
  const recorded: Partial<Database> = {
    read: record(read),
    write: (unit, options) => {
      const mine = ofRequest.getStore()
      return write(
        (tx) => (mine ? ofRequest.run(mine, () => unit(recordUnit(tx, record))) : unit(recordUnit(tx, record))),
        options,
      )
    },
  }
  for (const [name, value] of Object.entries(recorded)) Object.defineProperty(database, name, { value })
  return {
    take() {
      const taken = statements
      statements = []
      return taken
    },
    [Symbol.dispose]: () => void unsubscribe('http.server.request.start', enter),
  }
}

/** What is built by `compileOnce` passes by the plugins after the first time, and is seen where it is run. */
function recordQueries(sql: Queries, add: (node: RootOperationNode) => void): Queries {
  const built = new WeakSet<RootOperationNode>()
  const recorder = new Recorder((node) => {
    built.add(node)
    add(node)
  })
  return new Proxy(sql.withPlugin(recorder) as Queries, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (name === 'executeQuery')
        return (query: CompiledQuery) => {
          if (!built.delete(query.query)) add(query.query)
          return target.executeQuery(query)
        }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function recordUnit(tx: Transaction, record: (sql: Queries) => Queries): Transaction {
  return { ...tx, sql: record(tx.sql) }
}

class Recorder implements KyselyPlugin {
  readonly #add: (node: RootOperationNode) => void

  constructor(add: (node: RootOperationNode) => void) {
    this.#add = add
  }

  transformQuery({ node }: { readonly node: RootOperationNode }): RootOperationNode {
    this.#add(node)
    return node
  }

  async transformResult({ result }: { readonly result: QueryResult<UnknownRow> }): Promise<QueryResult<UnknownRow>> {
    return result
  }
}
