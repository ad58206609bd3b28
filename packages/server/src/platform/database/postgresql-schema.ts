import type { ClientBase } from 'pg'
import type { Row, SchemaAccess } from './migrate.ts'

/** Names the lock under which migrations run: any number that nobody else would take. */
const advisoryLock = '7236198504177231'

/** Only tables of the schema that the connection writes to; views there may belong to an extension. */
const listTablesOfSchema = `SELECT table_name FROM information_schema.tables
  WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`

export function accessPostgresqlSchema(client: ClientBase): SchemaAccess {
  async function run(statement: string): Promise<readonly Row[]> {
    return (await client.query<Row>(statement)).rows
  }
  return {
    run,
    async listTables() {
      return (await run(listTablesOfSchema)).map((row) => String(row.table_name))
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
