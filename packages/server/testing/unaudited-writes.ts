import type {
  ColumnNode,
  KyselyPlugin,
  OperationNode,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryId,
  QueryResult,
  RootOperationNode,
  TableNode,
  UnknownRow,
} from 'kysely'
import type { Database, Queries, Transaction } from '../src/platform/database/database.ts'

/** What comes and goes by itself, or is the log: a write to these alone is no act that anybody asks about. */
const passingTables: readonly string[] = [
  'audit_event',
  'audit_pending',
  'audit_leaf',
  'audit_subtree',
  'audit_head',
  'catalogue',
  'feed_head',
  'feed_record',
  'feed_guard',
  'idempotency_key',
  'logout_notice',
  'mail',
  'mail_budget',
  'one_time',
  'outlived_lifetime',
  'outdated_claims',
  'revocation_mark',
  'signing_key_schedule',
  'statistic',
  'throttle',
  'webhook_attempt',
  'webhook_delivery',
  'webhook_message',
]

/**
 * What is done in the background after an act that was audited when it was begun: accounts lose a role that was deleted, an
 * account whose grace is over begins to go, what a client or an API that was deleted has left goes, and so
 * does a session whose time is over. */
const followUps: readonly string[] = [
  'account_role(deleted), role(deleted)',
  'account(purge_started_at)',
  'api(deleted)',
  'client(deleted)',
  'consent(deleted)',
  'session(deleted)',
]

/**
 * Watches every transaction of a database, in place: which wrote to a table that lasts, and left no event; and which wrote what the catalogue has, and
 * ended no copies. Background work is watched as well.
 */
export function watchUnauditedWrites(database: Database): readonly string[] {
  const found: string[] = []
  const write = database.write.bind(database)
  const watched: Database['write'] = async (unit, options) => {
    const tables = new Set<string>()
    const result = await write((tx) => {
      tables.clear()
      return unit(watchUnit(tx, tables))
    }, options)
    if (endsNoCopies(tables)) found.push(`${[...tables].join(', ')} without a word of the catalogue`)
    const lasting = [...tables].filter((table) => !passingTables.includes(table.split('(')[0] ?? ''))
    const changed = lasting.sort().join(', ')
    if (changed !== '' && !tables.has('audit_event') && !followUps.includes(changed)) found.push(changed)
    return result
  }
  Object.defineProperty(database, 'write', { value: watched })
  return found
}

/** Whether a client or an API was written, and copies of it in memory stayed good. That somebody let a client in is in no copy. */
function endsNoCopies(tables: ReadonlySet<string>): boolean {
  const written = [...tables].filter((table) => /^(client|api)(\(|$)/.test(table) && table !== 'client(agreed_at)')
  return written.length > 0 && !tables.has('catalogue(version)')
}

function watchUnit(tx: Transaction, tables: Set<string>): Transaction {
  const watched = tx.sql.withPlugin(new WrittenTables(tables)) as Queries
  return {
    ...tx,
    sql: watched,
    post(query) {
      const table = findWrittenTable(query.compile().query)
      if (table !== undefined) tables.add(table)
      tx.post(query)
    },
  }
}

/** Notes the tables of which rows were written: a statement that met none has changed nothing. */
class WrittenTables implements KyselyPlugin {
  readonly #tables: Set<string>
  readonly #pending = new WeakMap<QueryId, string>()

  constructor(tables: Set<string>) {
    this.#tables = tables
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs): RootOperationNode {
    const table = findWrittenTable(node)
    if (table !== undefined) this.#pending.set(queryId, table)
    return node
  }

  async transformResult({ queryId, result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    const table = this.#pending.get(queryId)
    const count = Math.max(Number(result.numAffectedRows ?? 0), result.rows.length)
    if (table !== undefined && count > 0) this.#tables.add(table)
    return result
  }
}

/** The table, and of a change the columns: `account`, `account(username, email)`, `account(deleted)`. */
function findWrittenTable(node: RootOperationNode): string | undefined {
  if (node.kind === 'InsertQueryNode') return nameOf(node.into)
  if (node.kind === 'DeleteQueryNode') return `${nameOf(node.from.froms[0])}(deleted)`
  if (node.kind !== 'UpdateQueryNode') return undefined
  // A column that is set to itself locks its row, and changes nothing.
  const changes = node.updates?.filter(({ value }) => value.kind !== 'ReferenceNode') ?? []
  const columns = changes.map(({ column }) => (column as ColumnNode).column.name)
  return columns.length === 0 ? undefined : `${nameOf(node.table)}(${columns.join(', ')})`
}

function nameOf(node: OperationNode | undefined): string | undefined {
  return node?.kind === 'TableNode' ? (node as TableNode).table.identifier.name : undefined
}
