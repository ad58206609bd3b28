import type { Queries } from '../../platform/database/database.ts'
import type { Session } from './session.ts'
import { selectSession } from './session-store.ts'

/** A session by its id, ended or not; absent when there is none, or none any more. */
export async function findSession(sql: Queries, id: string): Promise<Session | undefined> {
  return (await selectSession(sql, id))?.session
}
