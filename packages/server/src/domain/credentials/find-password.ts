import type { Queries } from '../../platform/database/database.ts'
import { type StoredPassword, selectPassword } from './password-store.ts'

export type { StoredPassword } from './password-store.ts'

/** The account's password. Absent: it has none, or there is no such account. */
export async function findPassword(sql: Queries, accountId: string): Promise<StoredPassword | undefined> {
  return selectPassword(sql, accountId)
}
