import { listMails } from '../src/domain/mails/list-mails.ts'
import type { Mail } from '../src/domain/mails/mail.ts'
import { type RenderedMail, renderMail } from '../src/domain/mails/render-mail.ts'
import type { Language } from '../src/platform/html/language.ts'
import { ostiaryTheme } from '../src/platform/html/theme.ts'
import type { TestServer } from './test-server.ts'

/** A mail that a server would send, opened and in words. */
export interface ReadMail extends RenderedMail {
  readonly id: string
  readonly recipient: string
  readonly language: Language
  /** What it says before it has words: its `code`, `url` or `lockUrl`. */
  readonly mail: Mail
}

/** The mails in the outbox of a test server, which has no SMTP server: the newest first, without those that are withheld. */
export async function readMails({ running }: TestServer): Promise<readonly ReadMail[]> {
  const { database, sealer } = running.installation
  const mails = await listMails(database.read, sealer)
  return mails.map(({ id, recipient, language, mail }) => {
    return { id, recipient, language, mail, ...renderMail(mail, language, ostiaryTheme) }
  })
}

/** Resolves with the newest mail to an address that is such as is wanted, as soon as there is one. */
export async function waitForMail(
  server: TestServer,
  recipient: string,
  isWanted: (mail: ReadMail) => boolean = () => true,
): Promise<ReadMail> {
  for (;;) {
    const mails = await readMails(server)
    const found = mails.find((mail) => mail.recipient === recipient && isWanted(mail))
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The newest code that was sent to an address, and the link that does the same. */
export async function waitForCode(server: TestServer, recipient: string): Promise<Extract<Mail, { kind: 'code' }>> {
  const { mail } = await waitForMail(server, recipient, ({ mail: { kind } }) => kind === 'code')
  if (mail.kind !== 'code') throw new Error('It was one a moment ago.')
  return mail
}
