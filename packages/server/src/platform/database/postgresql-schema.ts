import type { ClientBase } from 'pg'
import type { Row, SchemaAccess } from './migrate.ts'

/** Names the lock under which migrations run: any number that nobody else would take. */
const advisoryLock = '7236198504177231'

// From pg_class, since information_schema hides tables that this user may not use. Views may belong to an extension.
const listTablesOfSchema = `SELECT relname FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')`

export function accessPostgresqlSchema(client: ClientBase): SchemaAccess {
  async function run(statement: string): Promise<readonly Row[]> {
    return (await client.query<Row>(statement)).rows
  }
  return {
    run,
    async listTables() {
      return (await run(listTablesOfSchema)).map((row) => String(row.relname))
    },
    async exclusively(act) {
      await run('BEGIN')
      try {
        // A step may take long, and so may waiting for another process that does it.
        await run('SET LOCAL statement_timeout = 0')
        await run(`SELECT pg_advisory_xact_lock(${advisoryLock})`)
        await act()
        await run('COMMIT')
      } catch (error) {
        await run('ROLLBACK')
        throw error
      }
    },
  }
}
