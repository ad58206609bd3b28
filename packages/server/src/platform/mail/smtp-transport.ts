import { getSystemErrorName } from 'node:util'
import { inSpan, type SpanAttributes } from '../tracing/in-span.ts'
import type { MailTransport, OutgoingMail, SentMail } from './mail-transport.ts'
import type { SmtpServer } from './parse-smtp-url.ts'

const MOST_CONNECTIONS = 4
const CONNECT_MS = 10_000
/** RFC 5321 §4.5.3.2 allows far longer; what waits longer than this is tried again. */
const SILENCE_MS = 30_000
const IDLE_MS = 15_000

/** An address and nothing beside it: Nodemailer would read a name, a comment, a group or a list out of more. RFC 5322 §3.2.3, RFC 6532 §3.2 */
const ONE_ADDRESS = /^[^\s\p{C}()<>[\]:;@\\,"]+@[^\s\p{C}()<>[\]:;@\\,"]+$/u

type Pool = Awaited<ReturnType<typeof openPool>>

/** Sends by SMTP. Nothing is connected before the first mail. */
export function createSmtpTransport(server: SmtpServer): MailTransport {
  let pool: Promise<Pool> | undefined
  const open = () => {
    pool ??= openPool(server)
    return pool
  }
  return {
    async send(mail, signal) {
      if (!ONE_ADDRESS.test(mail.to)) return { outcome: 'refused', reason: 'no address', answer: 'not an address' }
      const span = { name: 'mail send', isOutgoing: true, beginsTrace: true, attributes: describeServer(server) }
      return inSpan(span, async (describe) => {
        const sent = await attempt(open, mail, signal)
        describe({ 'ostiary.mail.outcome': sent.outcome })
        return sent
      })
    },
    close: () => void pool?.then((opened) => opened.transporter.close?.({ force: true })),
  }
}

/** Connects, agrees on encryption and signs in, as for a mail, and sends none. */
export async function probeSmtpServer(server: SmtpServer): Promise<SentMail> {
  const pool = await openPool(server)
  try {
    await pool.verify()
    return { outcome: 'accepted', answer: '' }
  } catch (error) {
    return describeFailure(error)
  } finally {
    pool.transporter.close?.({ force: true })
  }
}

async function attempt(open: () => Promise<Pool>, mail: OutgoingMail, signal: AbortSignal): Promise<SentMail> {
  try {
    const { response } = await (await open()).sendMail({ ...toMessage(mail), signal })
    return { outcome: 'accepted', answer: response }
  } catch (error) {
    return describeFailure(error)
  }
}

function describeServer({ host, port }: SmtpServer): SpanAttributes {
  return { 'server.address': host, 'server.port': port }
}

async function openPool({ host, port, encryption, credentials }: SmtpServer) {
  // Loaded when the first mail is sent: no command and no server without mail pays for it.
  const { createTransport } = await import('nodemailer')
  return createTransport({
    ...{ host, port, pool: true, maxConnections: MOST_CONNECTIONS, idleTimeout: IDLE_MS },
    secure: encryption === 'tls',
    requireTLS: encryption === 'starttls',
    ignoreTLS: encryption === 'none',
    // Repeating is the outbox's decision: a connection that closed may have taken the mail.
    maxRequeues: 0,
    ...(credentials && { auth: { user: credentials.user, pass: credentials.password } }),
    // Never go on without the credentials because a server does not offer to take them.
    forceAuth: credentials !== undefined,
    ...{
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
    },
    tls: { minVersion: 'TLSv1.2' },
    ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
  })
}

function toMessage({ id, at, from, to, language, subject, text, html }: OutgoingMail) {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  return {
    from: { name: from.name, address: from.address },
    // As an object, so that no part of it is read as a name, a list or a comment.
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    messageId: `<${id}@${domain}>`,
    date: at,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    ...{ subject, text, html, disableFileAccess: true, disableUrlAccess: true },
  }
}

/** What Nodemailer rejects with. */
interface SmtpFailure {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
  readonly response?: string
  readonly errno?: number
  readonly cause?: { readonly code?: string }
}

/** Only these commands are answered about this one mail; the others are answered about us, and an operator can mend that. */
const COMMANDS_ABOUT_THE_MAIL: ReadonlySet<string | undefined> = new Set(['RCPT TO', 'DATA'])

function describeFailure(error: unknown): SentMail {
  const { code, command, responseCode, response, errno, cause } = error as SmtpFailure
  const answer = response ?? (error instanceof Error ? error.message : String(error))
  const system = errno === undefined ? cause?.code : getSystemErrorName(errno)
  const parts = [code, system === code ? undefined : system, command, responseCode, enhancedStatus(response)]
  const reason = parts.filter((part) => part !== undefined).join(' ') || 'unknown'
  // RFC 5321 §4.2.1: 5yz is a permanent negative reply.
  const isPermanent = responseCode !== undefined && responseCode >= 500 && COMMANDS_ABOUT_THE_MAIL.has(command)
  // Nodemailer itself did not take the address.
  const isUnsendable = code === 'EENVELOPE' && responseCode === undefined
  return { outcome: isPermanent || isUnsendable ? 'refused' : 'postponed', reason, answer }
}

/** RFC 3463: such as 5.1.1. The words behind it may name the address. */
function enhancedStatus(response: string | undefined): string | undefined {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1]
}
