import { type Command, Option } from 'commander'
import { type Config, ConfigurationError, loadConfig } from '../config.ts'
import { parseEmail } from '../domain/accounts/parse-email.ts'
import { renderMail } from '../domain/mails/render-mail.ts'
import { type Language, languages } from '../platform/html/language.ts'
import type { OutgoingMail } from '../platform/mail/mail-transport.ts'
import { parseSmtpUrl, type SmtpServer } from '../platform/mail/parse-smtp-url.ts'
import { createSmtpTransport } from '../platform/mail/smtp-transport.ts'
import { uuidv7 } from '../platform/random/random.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand } from './command.ts'

const LONGEST_ATTEMPT_MS = 60_000

export function mailCommand(): Command {
  return createGroup('mail', 'Mails to people.', [mailTestCommand()])
}

interface MailTestOptions {
  readonly json?: boolean
  readonly to: string
  readonly language: Language
}

function mailTestCommand(): Command {
  return createCommand(
    'test',
    'Send a mail that says nothing but that mails arrive, and show what the SMTP server answers.',
    'ostiary mail test --to ada@example.com',
  )
    .requiredOption('--to <address>', 'who gets it')
    .addOption(new Option('--language <tag>', 'the language it is in').choices([...languages]).default('en'))
    .action((options: MailTestOptions) => runCommand(options, () => sendTestMail(loadConfig(), options)))
}

/** One attempt, without the outbox: whoever runs it waits for the answer. */
async function sendTestMail(config: Config, { to, language }: MailTestOptions): Promise<Report> {
  const parsed = parseEmail(to)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  const address = parsed.email.text
  const server = getSmtpServer(config)
  const at = new Date()
  const rendered = renderMail({ kind: 'test' }, language, config.theme)
  const mail: OutgoingMail = {
    ...{ id: uuidv7(at.getTime()), at, from: config.mailFrom, to: address, language },
    ...rendered,
  }
  const transport = createSmtpTransport(server)
  const sent = await transport.send(mail, AbortSignal.timeout(LONGEST_ATTEMPT_MS)).finally(() => transport.close())
  const where = `${server.host}, port ${server.port}`
  if (sent.outcome !== 'accepted') {
    const sentence = `The SMTP server (${where}) did not take the mail: ${sent.reason}. It says: ${sent.answer}`
    throw new CommandError(sent.outcome === 'refused' ? 'mail_refused' : 'mail_postponed', sentence)
  }
  return {
    json: { to: address, message_id: mail.id, host: server.host, port: server.port, answer: sent.answer },
    lines: [`The SMTP server (${where}) has taken the mail to ${address}. It says: ${sent.answer}`],
  }
}

function getSmtpServer({ smtpUrl }: Config): SmtpServer {
  if (smtpUrl === undefined) {
    throw new CommandError(
      'no_smtp_server',
      'No SMTP server is set. Set OSTIARY_SMTP_URL, such as smtps://user:password@host.',
    )
  }
  const parsed = parseSmtpUrl(smtpUrl)
  if (!parsed.ok) throw new ConfigurationError('OSTIARY_SMTP_URL', `OSTIARY_SMTP_URL ${parsed.what}.`)
  return parsed.server
}
