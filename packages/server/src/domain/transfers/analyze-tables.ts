import type { Database } from '../../platform/database/database.ts'
import { listColumns } from '../../platform/database/list-columns.ts'

/** After an import, so that the first who come need not wait for a plan that was made for an empty database. */
export async function analyzeTables(database: Database): Promise<void> {
  if (database.analyze) await database.analyze([...(await listColumns(database)).keys()])
}
