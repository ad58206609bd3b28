import type { Transaction } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Mail } from './mail.ts'
import { insertMail } from './mail-store.ts'

export const MAIL_TOPIC = 'mails'
const LIFETIME_MS = 86_400_000

export interface MailToSend {
  readonly recipient: string
  readonly language: Language
  readonly mail: Mail
  /** It costs what a mail costs and is never sent: so no time tells whether there is an account. */
  readonly isWithheld?: boolean | undefined
}

/** Puts a mail into the outbox, in the transaction that makes the change it tells of: it is sent when that is durable. */
export async function leaveMail(
  tx: Transaction,
  sealer: Sealer,
  { recipient, language, mail, isWithheld = false }: MailToSend,
): Promise<void> {
  const id = uuidv7(tx.now)
  const sealed = sealer.seal(Buffer.from(JSON.stringify({ recipient, mail })), `mail ${id}`)
  const times = { created_at: tx.now, next_attempt_at: isWithheld ? null : tx.now, expires_at: tx.now + LIFETIME_MS }
  await insertMail(tx.sql, { id, language, sealed, attempts: 0, ...times })
  await tx.announce(MAIL_TOPIC)
}
