import type { Queries } from '../../platform/database/database.ts'
import { countWaiting } from './mail-store.ts'

/** How many mails are still to be sent. */
export async function countWaitingMails(sql: Queries): Promise<number> {
  return countWaiting(sql)
}
