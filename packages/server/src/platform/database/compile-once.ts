import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely'
import type { Storable } from './assert-storable.ts'
import type { Queries } from './database.ts'

/** Where a value stands in a query that is compiled once. */
class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query that is built and compiled when it is first run, once for each dialect, and then run with other values each time: building one takes about as
 * long as SQLite takes to answer it. For what every login, every refresh and every token asks, and for reading alone; everything else is read
 * more easily where it is built.
 *
 * `build` must use each of its values as a value, and decide nothing by them: it gets none.
 */
export function compileOnce<Values extends Readonly<Record<string, Storable>>, Row>(
  build: (sql: Queries, values: Values) => Compilable<Row>,
): (sql: Queries, values: Values) => Promise<readonly Row[]> {
  const compiledFor = new WeakMap<DialectAdapter, CompiledQuery<Row>>()
  return async (sql, values) => {
    const { adapter } = sql.getExecutor()
    const compiled = compiledFor.get(adapter) ?? compile(build(sql, placeholders as Values))
    compiledFor.set(adapter, compiled)
    const parameters = compiled.parameters.map((value) => (value instanceof Placeholder ? values[value.name] : value))
    return (await sql.executeQuery<Row>({ ...compiled, parameters })).rows
  }
}

function compile<Row>(query: Compilable<Row>): CompiledQuery<Row> {
  const compiled = query.compile()
  // What watches writes looks at queries where they are built.
  if (compiled.query.kind !== 'SelectQueryNode') throw new Error('compileOnce is for reading alone.')
  return compiled
}

const placeholders: unknown = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) })
