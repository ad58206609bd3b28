import { OutboxWorker } from '../../platform/background-loop/outbox-worker.ts'
import { claimDeliveries, listDueWebhooks, noteFailed } from '../webhook-outbox/deliveries.ts'
import { WEBHOOK_TOPIC } from '../webhook-outbox/leave-webhook-message.ts'
import type { Delivery } from '../webhook-outbox/webhook-message.ts'
import { findWebhook } from './find-webhook.ts'
import { noteAttempt } from './note-attempt.ts'
import { sendMessage, type WebhookSender } from './send-message.ts'
import type { WebhookOutcome } from './webhook-attempt.ts'

export interface WebhookDeliveryDeps extends WebhookSender {
  readonly countDelivery: (outcome: WebhookOutcome) => void
  readonly log: { warn(details: object, message: string): void; error(details: object, message: string): void }
}

/** Also without a wake-up: for what has become due, or what another instance left behind. */
const POLL_MS = 2000
/** Each webhook has its own share, so a slow one holds up nobody else; how many there may be bounds what is under way. */
const MOST_OF_A_WEBHOOK = 8
/** Longer than an attempt takes: then its instance has gone, and another one may try. */
const LEASE_MS = 30_000

/** Sends what the outbox holds, in the background of a process. */
export class WebhookDelivery {
  readonly #deps: WebhookDeliveryDeps
  readonly #worker: OutboxWorker<Delivery>

  constructor(deps: WebhookDeliveryDeps) {
    this.#deps = deps
    const { database, log } = deps
    this.#worker = new OutboxWorker({
      ...{ database, topic: WEBHOOK_TOPIC, pollMilliseconds: POLL_MS },
      claim: (underWay) => this.#claim(underWay),
      send: (delivery) => this.#send(delivery),
      onUnread: (error) => log.warn({ error }, 'the outbox of webhooks cannot be read; it is tried again'),
      onUnsent: ({ webhookId, message }, error) =>
        log.warn({ error, webhookId, messageId: message.id }, 'a webhook could not be sent a message'),
    })
  }

  start(): void {
    this.#worker.start()
  }

  /** Waits for what is under way; what is not delivered stays in the outbox. */
  stop(): Promise<void> {
    return this.#worker.stop()
  }

  async #claim(underWay: readonly Delivery[]): Promise<readonly Delivery[]> {
    const { database, clock } = this.#deps
    const busy = Map.groupBy(underWay, ({ webhookId }) => webhookId)
    const due = await listDueWebhooks(database.read, clock.now())
    const claims = due
      .map((webhookId) => ({ webhookId, most: MOST_OF_A_WEBHOOK - (busy.get(webhookId)?.length ?? 0) }))
      .filter(({ most }) => most > 0)
    if (claims.length === 0) return []
    return database.write(async (tx) => {
      const claimed: Delivery[] = []
      for (const claim of claims)
        claimed.push(...(await claimDeliveries(tx, { ...claim, leaseMilliseconds: LEASE_MS })))
      return claimed
    })
  }

  async #send(delivery: Delivery): Promise<void> {
    const { database, countDelivery, log } = this.#deps
    const { webhookId } = delivery
    const webhook = await findWebhook(database.read, webhookId)
    // It was disabled or deleted while the message was taken: it goes on waiting.
    if (webhook === undefined || webhook.disabled !== undefined)
      return database.write((tx) => noteFailed(tx, delivery, tx.now))
    const sent = await sendMessage(this.#deps, webhook, delivery)
    const noted = await database.write((tx) => noteAttempt(tx, delivery, sent))
    countDelivery(noted.outcome)
    if (noted.disabledBecause === undefined) return
    const details = { webhookId, because: noted.disabledBecause, failure: sent.attempt.failure }
    log.error(details, 'a webhook is disabled; enable it with `ostiary webhook update --enable` when it works again')
  }
}
