import type { Command } from 'commander'
import {
  createWebhook,
  deleteWebhook,
  lockWebhook,
  MOST_WEBHOOKS,
  rotateWebhookSecret,
  updateWebhook,
} from '../domain/webhooks/change-webhook.ts'
import { listWebhooks } from '../domain/webhooks/find-webhook.ts'
import { parseWebhook, type WebhookDescription } from '../domain/webhooks/parse-webhook.ts'
import { testWebhook } from '../domain/webhooks/test-webhook.ts'
import type { Webhook } from '../domain/webhooks/webhook.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { toAttemptJson, webhookDeliveriesCommand, webhookReplayCommand } from './webhook-deliveries.ts'

interface JsonOption {
  readonly json?: boolean
}

const ID_ARGUMENT = 'the webhook, as `ostiary webhook list` shows it'

export function webhookCommand(): Command {
  return createGroup('webhook', 'Addresses that are told of what happens, signed.', [
    webhookListCommand(),
    webhookCreateCommand(),
    webhookUpdateCommand(),
    webhookDeleteCommand(),
    webhookRotateSecretCommand(),
    webhookTestCommand(),
    webhookDeliveriesCommand(),
    webhookReplayCommand(),
  ])
}

function webhookListCommand(): Command {
  return createCommand('list', 'List the webhooks.', 'ostiary webhook list').action((options: JsonOption) =>
    runCommand(options, () =>
      withInstallation(async ({ database }) => {
        const webhooks = await listWebhooks(database.read)
        return {
          json: { webhooks: webhooks.map(toJson) },
          lines: webhooks.length === 0 ? ['There is no webhook.'] : webhooks.map(toLine),
        }
      }),
    ),
  )
}

interface WebhookCreateOptions extends JsonOption {
  readonly url: string
  readonly event: readonly string[]
  readonly description?: string
}

function webhookCreateCommand(): Command {
  return createCommand(
    'create',
    'Make a webhook. Its secret is shown once.',
    'ostiary webhook create --url https://example.com/ostiary --event "account.*" session.ended',
  )
    .requiredOption('--url <url>', 'where it is told, by POST')
    .requiredOption('--event <event...>', 'what it is told of: types, families such as account.*, or *')
    .option('--description <text>', 'what it is for')
    .action((options: WebhookCreateOptions) =>
      runCommand(options, () =>
        withInstallation(async ({ config, database, sealer }) => {
          const { url, event: events, description = '' } = options
          const parsed = getParsed({ url, events, description }, config.webhooksDangerouslyReachPrivateNetworks)
          const created = await database.write((tx) => createWebhook(tx, sealer, parsed, 'cli'))
          if (!created.ok) throw new CommandError(created.reason, `There are ${MOST_WEBHOOKS} webhooks already.`)
          const { webhook, secret } = created
          return {
            json: { ...toJson(webhook), secret },
            lines: [`id: ${webhook.id}`, `secret, shown only now: ${secret}`],
          }
        }),
      ),
    )
}

interface WebhookUpdateOptions extends JsonOption {
  readonly url?: string
  readonly event?: readonly string[]
  readonly description?: string
  readonly enable?: boolean
  readonly disable?: boolean
}

function webhookUpdateCommand(): Command {
  return createCommand(
    'update',
    'Change a webhook. While it is disabled, messages wait for it.',
    'ostiary webhook update 0197f3c4-6d7a-7e1b-9c55-3f3d4c1f2a10 --event "session.*" --enable',
  )
    .argument('<id>', ID_ARGUMENT)
    .option('--url <url>', 'where it is told from now on')
    .option('--event <event...>', 'what it is told of from now on, in the place of what it was')
    .option('--description <text>', 'what it is for')
    .option('--enable', 'send it again what it asked for, and what has waited')
    .option('--disable', 'send it nothing until it is enabled')
    .action((id: string, options: WebhookUpdateOptions) =>
      runCommand(options, () => {
        if (options.enable && options.disable)
          throw new CommandError('invalid_option', 'A webhook is either enabled or disabled.', 2)
        return withInstallation((installation) => updateFromOptions(installation, id, options))
      }),
    )
}

async function updateFromOptions(
  { config, database }: Installation,
  id: string,
  { enable, disable, ...options }: WebhookUpdateOptions,
): Promise<Report> {
  const { url, event: events, description } = options
  const isDescribed = (url ?? events ?? description) !== undefined
  const webhook = await database.write(async (tx) => {
    const before = (await lockWebhook(tx, id)) ?? unknownWebhook()
    const wanted = {
      url: url ?? before.url,
      events: events ?? before.events,
      description: description ?? before.description,
    }
    // One whose address is not allowed any more can still be disabled.
    const parsed = isDescribed ? getParsed(wanted, config.webhooksDangerouslyReachPrivateNetworks) : wanted
    const isEnabled = disable ? false : (enable ?? before.disabled === undefined)
    return (await updateWebhook(tx, id, { ...parsed, isEnabled }, 'cli')) ?? unknownWebhook()
  })
  return { json: toJson(webhook), lines: [toLine(webhook)] }
}

function webhookDeleteCommand(): Command {
  return createCommand(
    'delete',
    'Delete a webhook. What waits for it is not sent.',
    'ostiary webhook delete 0197f3c4-6d7a-7e1b-9c55-3f3d4c1f2a10',
  )
    .argument('<id>', ID_ARGUMENT)
    .action((id: string, options: JsonOption) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          if (!(await database.write((tx) => deleteWebhook(tx, id, 'cli')))) unknownWebhook()
          return { json: { deleted: id }, lines: [`${id} is told nothing any more.`] }
        }),
      ),
    )
}

function webhookRotateSecretCommand(): Command {
  return createCommand(
    'rotate-secret',
    'Make a new secret for a webhook. For a day messages are signed by the one before as well.',
    'ostiary webhook rotate-secret 0197f3c4-6d7a-7e1b-9c55-3f3d4c1f2a10',
  )
    .argument('<id>', ID_ARGUMENT)
    .option('--leaked', 'the secret before is known to others: no message is signed by it any more')
    .action((id: string, options: JsonOption & { readonly leaked?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database, sealer }) => {
          const rotation = { id, hasLeaked: options.leaked === true, actor: 'cli' } as const
          const rotated = (await database.write((tx) => rotateWebhookSecret(tx, sealer, rotation))) ?? unknownWebhook()
          const { webhook, secret } = rotated
          const until = toText(webhook.oldSecretUntil)
          return {
            json: { ...toJson(webhook), secret },
            lines: [
              `secret, shown only now: ${secret}`,
              until === null ? 'The one before signs no more.' : `The one before signs as well until ${until}.`,
            ],
          }
        }),
      ),
    )
}

function webhookTestCommand(): Command {
  return createCommand(
    'test',
    'Send a webhook the event webhook.test at once, and show what its receiver answers.',
    'ostiary webhook test 0197f3c4-6d7a-7e1b-9c55-3f3d4c1f2a10',
  )
    .argument('<id>', ID_ARGUMENT)
    .action((id: string, options: JsonOption) =>
      runCommand(options, () => withInstallation((installation) => testAndReport(installation, id))),
    )
}

async function testAndReport(installation: Installation, id: string): Promise<Report> {
  const { webhooksDangerouslyReachPrivateNetworks: reachesPrivateNetworks } = installation.config
  const attempt = (await testWebhook({ ...installation, reachesPrivateNetworks }, id, 'cli')) ?? unknownWebhook()
  const { status, milliseconds, answer, failure } = attempt
  const said = answer === '' ? '' : ` It says: ${answer}`
  if (failure !== undefined)
    throw new CommandError('webhook_failed', `The receiver did not take it: ${failure}.${said}`)
  return {
    json: toAttemptJson(attempt),
    lines: [`The receiver has taken it: ${status} after ${milliseconds} ms.${said}`],
  }
}

function getParsed(given: Partial<WebhookDescription>, reachesPrivateNetworks: boolean): WebhookDescription {
  const parsed = parseWebhook(given, reachesPrivateNetworks)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return parsed.webhook
}

function unknownWebhook(): never {
  throw new CommandError('unknown_webhook', 'There is no webhook of that id. `ostiary webhook list` shows them.')
}

function toLine({ id, url, events, disabled, failingSince }: Webhook): string {
  const failing = failingSince === undefined ? 'enabled' : `failing since ${toText(failingSince)}`
  return `${id}  ${disabled ? `disabled: ${disabled.because}` : failing}  ${url}  ${events.join(' ')}`
}

function toJson({ id, url, description, events, createdAt, disabled, failingSince, oldSecretUntil }: Webhook): object {
  return {
    ...{ id, url, description, events },
    created_at: toText(createdAt),
    disabled_at: toText(disabled?.at),
    disabled_because: disabled?.because ?? null,
    failing_since: toText(failingSince),
    old_secret_until: toText(oldSecretUntil),
  }
}

function toText(moment: number | undefined): string | null {
  return moment === undefined ? null : new Date(moment).toISOString()
}
