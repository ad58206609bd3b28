import { OutboxWorker } from '../../platform/background-loop/outbox-worker.ts'
import { pauseAfter } from '../../platform/background-loop/pause-after.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { Mailbox, MailTransport, SentMail } from '../../platform/mail/mail-transport.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { MAIL_TOPIC } from './leave-mail.ts'
import type { MailOutcome } from './mail-outcome.ts'
import { claimMail, deleteMail, type MailRow, postponeMail } from './mail-store.ts'
import { renderMail } from './render-mail.ts'
import { type OutboxMail, openMail } from './sealed-mail.ts'

export interface MailDeliveryDeps {
  readonly database: Database
  readonly clock: Clock
  readonly sealer: Sealer
  readonly theme: Theme
  readonly from: Mailbox
  readonly transport: MailTransport
  readonly countMail: (outcome: MailOutcome) => void
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void }
}

/** Also without a wake-up: for what has become due, or what another instance left behind. */
const POLL_MS = 2000
/** As many as the transport has connections: none waits for another one within its time. */
const MOST_UNDER_WAY = 4
/** Renewed while an attempt goes on; so it only ends when its instance has gone, and then another one may try. */
const LEASE_MS = 60_000
const RENEWAL_MS = 20_000
/** Longer than any server that answers needs. */
const LONGEST_ATTEMPT_MS = 300_000
/** While the process stops, what is under way gets this long. */
const LONGEST_STOP_MS = 5000
/** After the first, second, third failed attempt, and so on. */
const PAUSES_MS = [2_000, 10_000, 30_000, 60_000, 120_000, 300_000, 900_000, 1_800_000]

/** Sends what the outbox holds, in the background of a process. */
export class MailDelivery {
  readonly #deps: MailDeliveryDeps
  /** Ends what is under way. */
  readonly #cutOff = new AbortController()
  readonly #worker: OutboxWorker<MailRow>

  constructor(deps: MailDeliveryDeps) {
    this.#deps = deps
    const { database, log } = deps
    this.#worker = new OutboxWorker({
      ...{ database, topic: MAIL_TOPIC, pollMilliseconds: POLL_MS },
      claim: ({ length }) => this.#claim(length),
      send: (row) => this.#deliver(row),
      onUnread: (error) => log.warn({ error }, 'the outbox of mails cannot be read; it is tried again'),
      // Never the error itself: it may quote the mail.
      onUnsent: ({ id }, error) => log.warn({ mailId: id, reason: nameOf(error) }, 'a mail could not be sent'),
    })
  }

  start(): void {
    this.#worker.start()
  }

  /** Waits a little for what is under way; what is not sent stays in the outbox. */
  async stop(): Promise<void> {
    const cutOff = setTimeout(() => this.#cutOff.abort(), LONGEST_STOP_MS)
    await this.#worker.stop()
    clearTimeout(cutOff)
    this.#deps.transport.close()
  }

  async #claim(underWay: number): Promise<readonly MailRow[]> {
    if (underWay >= MOST_UNDER_WAY) return []
    const claim = (tx: Transaction) => claimMail(tx.sql, { now: tx.now, leasedUntil: tx.now + LEASE_MS })
    const row = await this.#deps.database.write(claim)
    return row === undefined ? [] : [row]
  }

  async #deliver(row: MailRow): Promise<void> {
    const { database, clock, sealer } = this.#deps
    const { id, attempts } = row
    const mail = openMail(sealer, row)
    if (mail.expiresAt <= clock.now()) return this.#giveUp(mail, 'expired', 'too late')
    const renewal = setInterval(() => {
      // A renewal that fails is only one of several; without any, another instance may send this mail too.
      database.write((tx) => postponeMail(tx.sql, { id, attempts }, tx.now + LEASE_MS)).catch(() => {})
    }, RENEWAL_MS)
    const sent = await this.#attempt(mail).finally(() => clearInterval(renewal))
    if (sent.outcome === 'accepted') return this.#noteSent(mail)
    if (sent.outcome === 'refused') return this.#giveUp(mail, 'refused', sent.reason)
    const pause = pauseAfter(attempts, PAUSES_MS)
    if (clock.now() + pause >= mail.expiresAt) return this.#giveUp(mail, 'expired', sent.reason)
    this.#deps.countMail('postponed')
    const details = { mailId: id, kind: mail.mail.kind, attempts, reason: sent.reason }
    this.#deps.log.warn(details, 'a mail could not be handed over; it is tried again')
    await database.write((tx) => postponeMail(tx.sql, { id, attempts }, tx.now + pause))
  }

  async #attempt(mail: OutboxMail): Promise<SentMail> {
    const { transport, from, theme } = this.#deps
    const { id, language, recipient } = mail
    const rendered = renderMail(mail.mail, language, theme)
    const outgoing = { id, from, language, to: recipient, at: new Date(mail.createdAt), ...rendered }
    return transport.send(outgoing, AbortSignal.any([this.#cutOff.signal, AbortSignal.timeout(LONGEST_ATTEMPT_MS)]))
  }

  async #noteSent({ id, mail, attempts }: OutboxMail): Promise<void> {
    await this.#deps.database.write((tx) => deleteMail(tx.sql, id))
    this.#deps.countMail('sent')
    this.#deps.log.info({ mailId: id, kind: mail.kind, attempts }, 'a mail was handed over')
  }

  async #giveUp(mail: OutboxMail, outcome: 'refused' | 'expired', reason: string): Promise<void> {
    const { id, accountId, attempts } = mail
    const { kind } = mail.mail
    const isGivenUp = await this.#deps.database.write(async (tx) => {
      if (!(await deleteMail(tx.sql, id))) return false
      const detail = { kind, outcome, reason, attempts }
      await recordAuditEvent(tx, { act: 'mail.failed', actor: 'system', outcome: 'refused', accountId, detail })
      return true
    })
    if (!isGivenUp) return
    this.#deps.countMail(outcome)
    this.#deps.log.warn({ mailId: id, kind, attempts, reason }, `a mail is given up: ${outcome}`)
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error
    ? String(error.code)
    : error instanceof Error
      ? error.name
      : 'unknown'
}
