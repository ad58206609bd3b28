import type { Queries } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { selectMail, selectMails } from './mail-store.ts'
import { type OutboxMail, openMail } from './sealed-mail.ts'

const MOST_LISTED = 100

/** What the outbox holds and is to be sent, the newest first. */
export async function listMails(sql: Queries, sealer: Sealer): Promise<readonly OutboxMail[]> {
  return (await selectMails(sql, MOST_LISTED)).map((row) => openMail(sealer, row))
}

/** One mail of the outbox that is to be sent. */
export async function findMail(sql: Queries, sealer: Sealer, id: string): Promise<OutboxMail | undefined> {
  const row = await selectMail(sql, id)
  return row && openMail(sealer, row)
}
