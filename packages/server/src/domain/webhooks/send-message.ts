import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { oneLine } from '../../platform/html/one-line.ts'
import { isPublicAddress } from '../../platform/public-fetch/is-public-address.ts'
import { type PostedJson, postJson } from '../../platform/public-fetch/post-json.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Delivery, WebhookMessage } from '../webhook-outbox/webhook-message.ts'
import { type SealedWebhook, webhookSecretPurpose } from './webhook.ts'
import type { WebhookAttempt } from './webhook-attempt.ts'
import { signWebhook } from './webhook-secret.ts'

export interface WebhookSender {
  readonly database: Database
  readonly clock: Clock
  readonly sealer: Sealer
  /** Whether webhooks get into the network that this server is in. Only for development. */
  readonly reachesPrivateNetworks: boolean
  /** How long an attempt takes at most. Default: 15 s, as Standard Webhooks recommends. */
  readonly limitMilliseconds?: number
}

const LIMIT_MS = 15_000
const LONGEST_ANSWER = 300
const LONGEST_FAILURE = 300

export interface SentMessage {
  readonly attempt: WebhookAttempt
  /** How long the receiver wants to be left alone. */
  readonly retryAfterMilliseconds: number | undefined
}

/** Makes one attempt, and gives how it went; notes nothing. */
export async function sendMessage(
  { clock, sealer, reachesPrivateNetworks, limitMilliseconds = LIMIT_MS }: Omit<WebhookSender, 'database'>,
  webhook: SealedWebhook,
  { message }: Delivery,
): Promise<SentMessage> {
  const at = clock.now()
  const begun = performance.now()
  const timestampSeconds = Math.floor(at / 1000)
  const body = renderMessage(message)
  const headers = {
    'webhook-id': message.id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook(openSecrets(sealer, webhook, at), { id: message.id, timestampSeconds, body }),
  }
  const isAllowed = reachesPrivateNetworks ? () => true : isPublicAddress
  const sent = { body, headers }
  const answer = await postJson(new URL(webhook.url), sent, { isAllowed, limitMilliseconds }).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  )
  const which = { id: uuidv7(at), webhookId: webhook.id, messageId: message.id, at }
  const milliseconds = Math.round(performance.now() - begun)
  if (answer instanceof Error) {
    const failure = oneLine(answer.message).slice(0, LONGEST_FAILURE)
    const attempt = { ...which, milliseconds, status: undefined, answer: '', failure }
    return { attempt, retryAfterMilliseconds: undefined }
  }
  const start = oneLine(answer.start.toString()).slice(0, LONGEST_ANSWER).toWellFormed()
  const attempt = { ...which, milliseconds, status: answer.status, answer: start, failure: findFailure(answer.status) }
  return { attempt, retryAfterMilliseconds: parseRetryAfter(answer) }
}

/** Standard Webhooks, "Payload structure": thin, since what it tells of may have changed again before it is read. */
function renderMessage({ type, at, data }: WebhookMessage): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
}

function openSecrets(sealer: Sealer, webhook: SealedWebhook, now: number): readonly string[] {
  const { id, sealedSecret, sealedOldSecret, oldSecretUntil } = webhook
  const isOldValid = oldSecretUntil !== undefined && now < oldSecretUntil
  const sealed = isOldValid && sealedOldSecret !== undefined ? [sealedSecret, sealedOldSecret] : [sealedSecret]
  return sealed.map((text) => sealer.open(text, webhookSecretPurpose(id)).toString())
}

/** Standard Webhooks, "Deliverability and reliability": 2xx is delivered, anything else is not, redirects included. */
function findFailure(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status >= 300 && status < 400) return `the answer is ${status}: redirects are not followed`
  return `the answer is ${status}`
}

/** RFC 9110 §10.2.3, in seconds. */
function parseRetryAfter({ status, retryAfter = '' }: PostedJson): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  return /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined
}
