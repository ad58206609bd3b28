import { OutboxWorker } from '../../platform/background-loop/outbox-worker.ts'
import { pauseAfter } from '../../platform/background-loop/pause-after.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { isPublicAddress } from '../../platform/public-fetch/is-public-address.ts'
import { postForm } from '../../platform/public-fetch/post-form.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Client } from '../clients/client.ts'
import { findClient } from '../clients/find-client.ts'
import { isOperatorsClient } from '../clients/is-operators-client.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { issueLogoutToken } from './issue-logout-token.ts'
import { LOGOUT_TOPIC } from './leave-logout-notices.ts'
import type { LogoutNotice } from './logout-notice.ts'
import { claimNotices, deleteNotice, postponeNotice } from './logout-notice-store.ts'

export interface LogoutNoticeDeps {
  readonly issuer: string
  readonly database: Database
  readonly clock: Clock
  readonly keyRing: KeyRing
  readonly log: { warn(details: object, message: string): void }
}

/** How it went: an answer, whatever it is, ends a notice (OpenID Connect Back-Channel Logout §2.8); without one it is sent again. */
type Delivery =
  | { readonly isAnswered: true; readonly status: number }
  | { readonly isAnswered: false; readonly reason: string }

/** Also without a wake-up: for what has become due, or what another instance left behind. */
const POLL_MS = 2000
const MOST_UNDER_WAY = 32
const MOST_OF_A_CLIENT = 4
/** Longer than an attempt takes: then its instance has gone, and another one may try. */
const LEASE_MS = 30_000
/** After the first, second, third failed attempt, and so on. */
const PAUSES_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000]

/** Sends what the outbox holds, in the background of a process. */
export class LogoutNoticeDelivery {
  readonly #deps: LogoutNoticeDeps
  readonly #worker: OutboxWorker<LogoutNotice>

  constructor(deps: LogoutNoticeDeps) {
    this.#deps = deps
    const { database, log } = deps
    this.#worker = new OutboxWorker({
      ...{ database, topic: LOGOUT_TOPIC, pollMilliseconds: POLL_MS },
      claim: (underWay) => this.#claim(underWay),
      send: (notice) => this.#send(notice),
      onUnread: (error) => log.warn({ error }, 'the outbox of logout notices cannot be read; it is tried again'),
      onUnsent: ({ clientId }, error) => log.warn({ error, clientId }, 'a logout notice could not be sent'),
    })
  }

  start(): void {
    this.#worker.start()
  }

  /** Waits for what is under way; what is not answered stays in the outbox. */
  stop(): Promise<void> {
    return this.#worker.stop()
  }

  /** One at a time, so that no client gets more than its share. */
  async #claim(underWay: readonly LogoutNotice[]): Promise<readonly LogoutNotice[]> {
    if (underWay.length >= MOST_UNDER_WAY) return []
    const byClient = [...Map.groupBy(underWay, ({ clientId }) => clientId)]
    const exceptClients = byClient.filter(([, notices]) => notices.length >= MOST_OF_A_CLIENT).map(([id]) => id)
    return this.#deps.database.write((tx) =>
      claimNotices(tx.sql, { now: tx.now, leasedUntil: tx.now + LEASE_MS, most: 1, exceptClients }),
    )
  }

  async #send(notice: LogoutNotice): Promise<void> {
    const { database, log } = this.#deps
    const client = await findClient(database.read, notice.clientId)
    // It wants to know no more.
    if (!client?.backchannelLogout) return void (await database.write((tx) => deleteNotice(tx.sql, notice.id)))
    const delivery = await this.#attempt(notice, client, client.backchannelLogout.uri)
    if (!delivery.isAnswered) {
      const { attempts, clientId } = notice
      log.warn({ clientId, attempts, reason: delivery.reason }, 'a client cannot be reached to tell it of a logout')
    }
    await database.write(async (tx) => {
      const pause = pauseAfter(notice.attempts, PAUSES_MS)
      if (!delivery.isAnswered && tx.now + pause < notice.expiresAt)
        return postponeNotice(tx.sql, notice.id, tx.now + pause)
      if (!(await deleteNotice(tx.sql, notice.id))) return undefined
      const isDone = delivery.isAnswered && delivery.status >= 200 && delivery.status < 300
      const { accountId, clientId, sessionId, attempts } = notice
      const answer = delivery.isAnswered ? delivery.status : null
      return recordAuditEvent(tx, {
        act: isDone ? 'logout_notice.delivered' : 'logout_notice.failed',
        actor: 'system',
        outcome: isDone ? 'done' : 'refused',
        ...{ accountId, clientId, sessionId, detail: { attempts, status: answer } },
      })
    })
  }

  async #attempt(notice: LogoutNotice, client: Client, uri: string): Promise<Delivery> {
    const { issuer, clock, keyRing } = this.#deps
    const token = await issueLogoutToken(issuer, keyRing, { notice, client, now: clock.now() })
    // Whom the operator registered may be inside; whom a stranger described may not.
    const isAllowed = isOperatorsClient(client) ? () => true : isPublicAddress
    try {
      return { isAnswered: true, status: await postForm(new URL(uri), { logout_token: token }, { isAllowed }) }
    } catch (error) {
      return { isAnswered: false, reason: String(error) }
    }
  }
}
