import { type Language, languages } from '../../platform/html/language.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Mail } from './mail.ts'
import type { MailRow } from './mail-store.ts'

/** What rests sealed. */
interface MailContent {
  readonly recipient: string
  readonly accountId: string | undefined
  readonly mail: Mail
}

/** A mail of the outbox, opened. */
export interface OutboxMail extends MailContent {
  readonly id: string
  readonly language: Language
  readonly createdAt: number
  readonly expiresAt: number
  readonly attempts: number
}

export function sealMail(sealer: Sealer, id: string, content: MailContent): string {
  return sealer.seal(Buffer.from(JSON.stringify(content)), purposeOf(id))
}

export function openMail(sealer: Sealer, row: MailRow): OutboxMail {
  const content = JSON.parse(sealer.open(row.sealed, purposeOf(row.id)).toString()) as MailContent
  return {
    ...content,
    accountId: content.accountId,
    id: row.id,
    language: languages.find((language) => language === row.language) ?? 'en',
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    attempts: row.attempts,
  }
}

function purposeOf(id: string): string {
  return `mail ${id}`
}
