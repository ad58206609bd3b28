import type { Config } from '../../config.ts'
import { parseSmtpUrl } from '../../platform/mail/parse-smtp-url.ts'
import { probeSmtpServer } from '../../platform/mail/smtp-transport.ts'
import { type Finding, found } from './finding.ts'

/** Whether mails can leave: it connects and signs in, and sends nothing. */
export async function checkMail({ smtpUrl }: Config): Promise<Finding> {
  if (smtpUrl === undefined) {
    const sentence =
      'No mail leaves, so nobody recovers an account or hears of a new device: set OSTIARY_SMTP_URL, such as smtps://user:password@host.'
    return found('mail', 'warning', sentence)
  }
  const parsed = parseSmtpUrl(smtpUrl)
  if (!parsed.ok) return found('mail', 'error', `OSTIARY_SMTP_URL ${parsed.what}.`)
  const { host, port, encryption } = parsed.server
  const probed = await probeSmtpServer(parsed.server)
  if (probed.outcome !== 'accepted') {
    const sentence = `The mail server (${host}, port ${port}) does not let this server in (${probed.reason}): check OSTIARY_SMTP_URL; \`ostiary mail test\` shows what it says.`
    return found('mail', 'error', sentence)
  }
  if (encryption === 'if_offered') {
    const sentence = `Mails may leave for ${host} unencrypted, with the links that are in them: take allowUnencryptedConnection out of OSTIARY_SMTP_URL.`
    return found('mail', 'warning', sentence)
  }
  return found('mail', 'ok', `The mail server (${host}, port ${port}) takes mails.`)
}
