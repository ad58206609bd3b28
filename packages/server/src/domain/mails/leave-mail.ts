import type { Transaction } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { admitMail } from './admit-mail.ts'
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
  /** Whose request it answers, as `parseNetwork` groups it: codes are counted by it as well. Absent: nobody's. */
  readonly network?: string | undefined
  /** It costs what a mail costs and is never sent: so no time tells whether there is an account. */
  readonly isWithheld?: boolean | undefined
}

/**
 * Puts a mail into the outbox, in the transaction that makes the change it tells of: it is sent when that is durable. A code beyond what an address or
 * a network gets is withheld, and nobody is told.
 */
export async function leaveMail(
  tx: Transaction,
  sealer: Sealer,
  { recipient, language, mail, accountId, network, isWithheld = false }: MailToSend,
): Promise<void> {
  const isAdmitted = !isForAnybody(mail) || (await admitMail(tx, { recipient, network, isRecovery: isRecovery(mail) }))
  if (!isAdmitted) {
    const what = { actor: 'anonymous', outcome: 'refused', accountId, network } as const
    await recordAuditEvent(tx, { act: 'mail.throttled', ...what, detail: { kind: mail.kind } })
  }
  const id = uuidv7(tx.now)
  const sealed = sealMail(sealer, id, { recipient, accountId, mail })
  const expiresAt = tx.now + lifetimeOf(mail)
  const times = {
    created_at: tx.now,
    next_attempt_at: isWithheld || !isAdmitted ? null : tx.now,
    expires_at: expiresAt,
  }
  await insertMail(tx.sql, { id, language, sealed, attempts: 0, ...times })
  await tx.announce(MAIL_TOPIC)
}

/** Who asks for it need not be who gets it. What goes out in place of a code counts as one, so that nothing tells them apart. */
function isForAnybody(mail: Mail): boolean {
  return mail.kind === 'code' || (mail.kind === 'notice' && mail.notice === 'account_exists')
}

function isRecovery(mail: Mail): boolean {
  return mail.kind === 'code' && mail.purpose === 'recover'
}

/** A code that has expired helps nobody. */
function lifetimeOf(mail: Mail): number {
  return mail.kind === 'code' ? Math.min(mail.lifetimeMinutes * 60_000, LONGEST_LIFETIME_MS) : LONGEST_LIFETIME_MS
}
