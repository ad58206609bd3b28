import type { Queries } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { selectClient } from './client-store.ts'

/** The registered client of this id; absent when there is none. */
export async function findClient(sql: Queries, id: string): Promise<Client | undefined> {
  return (await selectClient(sql, id))?.client
}
