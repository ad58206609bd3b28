import type { Queries } from '../../platform/database/database.ts'
import type { FeedPosition } from './feed-follower.ts'
import { selectRecordsAfter } from './feed-store.ts'

/** The most lines that one answer of the log holds. */
export const LOG_PAGE = 1000

/** The lines after a number, up to a position, at most a page of them; undefined when one of them has been forgotten meanwhile. */
export async function readLog(sql: Queries, after: number, { sequence }: FeedPosition): Promise<string[] | undefined> {
  const count = Math.min(LOG_PAGE, sequence - after)
  if (count <= 0) return []
  const records = await selectRecordsAfter(sql, after, count)
  const isDense = records.length === count && records[0]?.sequence === after + 1
  return isDense && records.at(-1)?.sequence === after + count ? records.map(({ line }) => line) : undefined
}
