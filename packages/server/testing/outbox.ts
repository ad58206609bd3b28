import type { Mail } from '../src/domain/mails/mail.ts'
import type { Queries } from '../src/platform/database/database.ts'
import type { Sealer } from '../src/platform/sealing/sealing.ts'

export interface LeftMail {
  readonly recipient: string
  readonly language: string
  readonly mail: Mail
  readonly isWithheld: boolean
}

type MailTables = {
  mail: { id: string; language: string; sealed: string; next_attempt_at: number | null; created_at: number }
}

/** What rests in the outbox of a server that sends no mail, the oldest first, withheld mails too. */
export async function readOutbox({ read, sealer }: { read: Queries; sealer: Sealer }): Promise<LeftMail[]> {
  const rows = await read
    .withTables<MailTables>()
    .selectFrom('mail')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => {
    const { recipient, mail } = JSON.parse(sealer.open(row.sealed, `mail ${row.id}`).toString())
    return { recipient, mail, language: row.language, isWithheld: row.next_attempt_at === null }
  })
}

/** The code and the link of a mail that is to be sent, the latest to this address. */
export async function readCode(
  outbox: { read: Queries; sealer: Sealer },
  recipient: string,
): Promise<{ readonly code: string; readonly url: string; readonly secret: string }> {
  const mails = await readOutbox(outbox)
  const sent = mails.findLast(
    ({ mail, ...left }) => left.recipient === recipient && !left.isWithheld && mail.kind === 'code',
  )
  if (sent?.mail.kind !== 'code') throw new Error(`no code was mailed to ${recipient}: ${JSON.stringify(mails)}`)
  const { code, url } = sent.mail
  return { code, url, secret: new URL(url).searchParams.get('secret') ?? '' }
}

/** Which notices are to be sent to this address. */
export async function readNotices(outbox: { read: Queries; sealer: Sealer }, recipient: string): Promise<string[]> {
  const mails = (await readOutbox(outbox)).filter((left) => left.recipient === recipient && !left.isWithheld)
  return mails.flatMap(({ mail }) => (mail.kind === 'notice' ? [mail.notice] : []))
}
