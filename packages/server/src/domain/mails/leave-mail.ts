import type { Transaction } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Mail } from './mail.ts'
import { insertMail } from './mail-store.ts'
import { sealMail } from './sealed-mail.ts'

export const MAIL_TOPIC = 'mails'
const LONGEST_LIFETIME_MS = 86_400_000

export interface MailToSend {
  readonly recipient: string
  readonly language: Language
  readonly mail: Mail
  /** Whose activity tells that it could not be delivered. */
  readonly accountId?: string | undefined
  /** It costs what a mail costs and is never sent: so no time tells whether there is an account. */
  readonly isWithheld?: boolean | undefined
}

/** Puts a mail into the outbox, in the transaction that makes the change it tells of: it is sent when that is durable. */
export async function leaveMail(
  tx: Transaction,
  sealer: Sealer,
  { recipient, language, mail, accountId, isWithheld = false }: MailToSend,
): Promise<void> {
  const id = uuidv7(tx.now)
  const sealed = sealMail(sealer, id, { recipient, accountId, mail })
  const expiresAt = tx.now + lifetimeOf(mail)
  const times = { created_at: tx.now, next_attempt_at: isWithheld ? null : tx.now, expires_at: expiresAt }
  await insertMail(tx.sql, { id, language, sealed, attempts: 0, ...times })
  await tx.announce(MAIL_TOPIC)
}

/** A code that has expired helps nobody. */
function lifetimeOf(mail: Mail): number {
  return mail.kind === 'code' ? Math.min(mail.lifetimeMinutes * 60_000, LONGEST_LIFETIME_MS) : LONGEST_LIFETIME_MS
}
