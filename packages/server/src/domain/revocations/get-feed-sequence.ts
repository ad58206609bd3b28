import type { Queries } from '../../platform/database/database.ts'
import { selectHead } from './feed-store.ts'

/** The number of the newest record. */
export async function getFeedSequence(sql: Queries): Promise<number> {
  return (await selectHead(sql)).sequence
}
