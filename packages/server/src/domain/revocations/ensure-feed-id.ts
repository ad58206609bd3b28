import type { Database } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import { replaceFeedId, selectHead } from './feed-store.ts'

/** Gives the feed its id when it has none. Any number of instances may call it: one of them makes it. */
export async function ensureFeedId(database: Database): Promise<void> {
  if ((await selectHead(database.read)).feedId !== '') return
  await database.write((tx) => replaceFeedId(tx.sql, '', randomId()))
}
