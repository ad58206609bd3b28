import type { Queries } from '../../platform/database/database.ts'
import type { StoredProfile } from './profile.ts'
import { selectProfile } from './profile-store.ts'

/** What is known of an account's person; absent when nothing was ever said. */
export async function findProfile(sql: Queries, accountId: string): Promise<StoredProfile | undefined> {
  return selectProfile(sql, accountId)
}
