import { compileOnce } from '../../platform/database/compile-once.ts'
import type { Queries } from '../../platform/database/database.ts'

type CatalogueTables = { catalogue: { id: string; version: string } }

const readVersion = compileOnce((sql) => sql.withTables<CatalogueTables>().selectFrom('catalogue').select('version'))

export async function selectVersion(sql: Queries): Promise<string> {
  const [row] = await readVersion(sql, {})
  if (!row) throw new Error('the catalogue has no version')
  return row.version
}

export async function updateVersion(sql: Queries, version: string): Promise<void> {
  await sql.withTables<CatalogueTables>().updateTable('catalogue').set({ version }).execute()
}
