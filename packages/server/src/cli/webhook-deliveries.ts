import { type Command, Option } from 'commander'
import { type DeliveryState, deliveryStates, stateOf } from '../domain/webhook-outbox/webhook-message.ts'
import { findWebhook } from '../domain/webhooks/find-webhook.ts'
import {
  findWebhookDelivery,
  type LoggedDelivery,
  listWebhookDeliveries,
} from '../domain/webhooks/list-webhook-deliveries.ts'
import { type Replay, replayWebhook } from '../domain/webhooks/replay-webhook.ts'
import type { WebhookAttempt } from '../domain/webhooks/webhook-attempt.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { parseLimitOption } from './parse-limit-option.ts'

interface DeliveriesOptions {
  readonly json?: boolean
  readonly state?: DeliveryState
  readonly message?: string
  readonly limit: string
}

export function webhookDeliveriesCommand(): Command {
  return createCommand(
    'deliveries',
    'Show what became of the messages to a webhook within 30 days, the latest first.',
    'ostiary webhook deliveries 0197f3c4-6d7a-7e1b-9c55-3f3d4c1f2a10 --state failed',
  )
    .argument('<id>', 'the webhook')
    .addOption(new Option('--state <state>', 'only those (default: all)').choices([...deliveryStates]))
    .option('--message <id>', 'only this message, as webhook-id names it')
    .option('--limit <count>', 'how many', '20')
    .action((id: string, options: DeliveriesOptions) =>
      runCommand(options, () => {
        const most = parseLimitOption(options.limit)
        return withInstallation((installation) => listFromOptions(installation, id, { ...options, most }))
      }),
    )
}

async function listFromOptions(
  { database }: Installation,
  webhookId: string,
  { state, message, most }: DeliveriesOptions & { readonly most: number },
): Promise<Report> {
  if ((await findWebhook(database.read, webhookId)) === undefined)
    throw new CommandError('unknown_webhook', 'There is no webhook of that id. `ostiary webhook list` shows them.')
  const one = message === undefined ? undefined : await findWebhookDelivery(database.read, webhookId, message)
  const found =
    message === undefined
      ? await listWebhookDeliveries(database.read, { webhookId, state, most })
      : one === undefined
        ? []
        : [one]
  return {
    json: { deliveries: found.map(toJson) },
    lines: found.length === 0 ? ['There is no such message.'] : found.flatMap(toLines),
  }
}

interface ReplayOptions {
  readonly json?: boolean
  readonly message?: string
  readonly failedSince?: string
}

export function webhookReplayCommand(): Command {
  return createCommand(
    'replay',
    'Send messages again: one, or all that were given up of what happened since a moment.',
    'ostiary webhook replay 0197f3c4-6d7a-7e1b-9c55-3f3d4c1f2a10 --failed-since 2026-11-01T00:00:00Z',
  )
    .argument('<id>', 'the webhook')
    .option('--message <id>', 'this one, delivered or not')
    .option('--failed-since <time>', 'those that were given up, of what happened since then, in RFC 3339')
    .action((id: string, options: ReplayOptions) =>
      runCommand(options, () => {
        const replay = parseReplay(options)
        return withInstallation(async ({ database }) => {
          const replayed = await replayWebhook(database, id, replay, 'cli')
          if (!replayed.ok) throw new CommandError(replayed.reason, 'There is no such webhook, or no such message.')
          return { json: { replayed: replayed.count }, lines: [`Sent again: ${replayed.count}.`] }
        })
      }),
    )
}

function parseReplay({ message, failedSince }: ReplayOptions): Replay {
  if (message !== undefined && failedSince === undefined) return { messageId: message }
  const since = Date.parse(failedSince ?? '')
  if (message === undefined && Number.isSafeInteger(since)) return { failedSince: since }
  throw new CommandError('invalid_option', 'Give either --message or --failed-since with a time in RFC 3339.', 2)
}

function toLines({ message, log, ...delivery }: LoggedDelivery): readonly string[] {
  const state = stateOf({ message, ...delivery })
  const next = state === 'waiting' ? `, next at ${toText(delivery.nextAttemptAt)}` : ''
  return [
    `${message.id}  ${toText(message.at)}  ${message.type}  ${state}${next}`,
    ...log.map(
      ({ at, status, milliseconds, failure, answer }) =>
        `  ${toText(at)}  ${status ?? '–'}  ${milliseconds} ms  ${failure ?? 'taken'}${answer === '' ? '' : `  ${answer}`}`,
    ),
  ]
}

function toJson({ message, log, ...delivery }: LoggedDelivery): object {
  return {
    message_id: message.id,
    type: message.type,
    timestamp: toText(message.at),
    data: message.data,
    state: stateOf({ message, ...delivery }),
    attempts: delivery.attempts,
    next_attempt_at: toText(delivery.nextAttemptAt),
    delivered_at: toText(delivery.deliveredAt),
    log: log.map(toAttemptJson),
  }
}

export function toAttemptJson({ at, milliseconds, status, answer, failure }: WebhookAttempt): object {
  return { at: toText(at), milliseconds, status: status ?? null, answer, failure: failure ?? null }
}

function toText(moment: number | undefined): string | null {
  return moment === undefined ? null : new Date(moment).toISOString()
}
