import type { Command } from 'commander'
import type { ApiKey } from '../domain/api-keys/api-key.ts'
import { type CreatedApiKey, createApiKey, type NewKeyOwner } from '../domain/api-keys/create-api-key.ts'
import { type ApiKeyOwner, listApiKeys } from '../domain/api-keys/list-api-keys.ts'
import { parseApiKey } from '../domain/api-keys/parse-api-key.ts'
import { describeRefusedAccess } from '../domain/apis/resolve-access.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'
import { createWaitingCommand, type RevokeOptions, revokeAndReport } from './revoke.ts'

interface OwnerOptions {
  readonly json?: boolean
  readonly username?: string
  readonly clientId?: string
}

interface ApiKeyCreateOptions extends OwnerOptions {
  readonly name: string
  readonly audience?: string
  readonly scope?: readonly string[]
  readonly expires?: string
}

export function apiKeyCommand(): Command {
  return createGroup('api-key', 'Long-lived keys, which programs exchange for access tokens.', [
    apiKeyListCommand(),
    apiKeyCreateCommand(),
    apiKeyRevokeCommand(),
  ])
}

function apiKeyListCommand(): Command {
  return createCommand('list', 'List the API keys that were not revoked.', 'ostiary api-key list --username ada')
    .option('--username <name>', 'those of this account')
    .option('--client-id <id>', 'those of this client')
    .action((options: OwnerOptions) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const { database, clock } = installation
          const owner = (await findOwnerOption(installation, options)) ?? 'everybody'
          const keys = await listApiKeys(database.read, owner)
          const lines = keys.length === 0 ? ['There is no API key.'] : keys.map((key) => toLine(key, clock.now()))
          return { json: { api_keys: keys.map(toJson) }, lines }
        }),
      ),
    )
}

function apiKeyCreateCommand(): Command {
  return createCommand(
    'create',
    'Make an API key for an account or a client. It is shown once.',
    'ostiary api-key create --username ada --name "Nightly report" --audience https://api.example.com --scope orders:read',
  )
    .requiredOption('--name <name>', 'what it is for')
    .option('--username <name>', 'whose it is: an account')
    .option('--client-id <id>', 'whose it is: a confidential client')
    .option('--audience <uri>', 'the API that it is for (default: the only one that is registered)')
    .option('--scope <scope...>', 'what it may do there (default: all that its owner may); may be repeated')
    .option('--expires <duration>', 'how long it lives, such as 12h or 365d, or never (default: 90d)')
    .action((options: ApiKeyCreateOptions) => runCommand(options, () => createFromOptions(options)))
}

function apiKeyRevokeCommand(): Command {
  return createWaitingCommand(
    'revoke',
    'Revoke an API key: every API refuses its tokens within a second.',
    'ostiary api-key revoke pS1mB7uYc0d0xG5kq3Hf1A --wait 2s',
  )
    .argument('<id>', 'the id of the key, as its tokens carry it in sid')
    .action((id: string, options: RevokeOptions) =>
      runCommand(options, () => revokeAndReport(options, { kind: 'api_key', id }, 'The API key is revoked.')),
    )
}

async function createFromOptions(options: ApiKeyCreateOptions): Promise<Report> {
  const { name, audience, scope: scopes, expires } = options
  const parsed = parseApiKey({ name, audience, scopes, expires })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const owner = await findOwnerOption(installation, options)
    if (!owner) throw new CommandError('invalid_option', 'Say whose it is: --username or --client-id.', 2)
    const created = await installation.database.write((tx) => createApiKey(tx, owner, parsed.description, 'cli'))
    if (!created.ok) throw describeRefusal(created, owner)
    const { key, text } = created
    return {
      json: { ...toJson(key), api_key: text },
      lines: [`api_key, shown only now: ${text}`, toLine(key, installation.clock.now())],
    }
  })
}

/** Absent where neither is named. @throws CommandError `invalid_option` where both are, `unknown_account` */
async function findOwnerOption(
  installation: Installation,
  { username, clientId }: OwnerOptions,
): Promise<(NewKeyOwner & Exclude<ApiKeyOwner, 'everybody'>) | undefined> {
  if (username !== undefined && clientId !== undefined) {
    throw new CommandError('invalid_option', 'Name an account or a client, not both.', 2)
  }
  if (username !== undefined) return { accountId: (await getAccountOption(installation, username)).id }
  return clientId === undefined ? undefined : { clientId }
}

function describeRefusal(refused: Extract<CreatedApiKey, { ok: false }>, owner: NewKeyOwner): CommandError {
  switch (refused.reason) {
    case 'unknown_owner':
      // An account that is not there was told before.
      return 'clientId' in owner
        ? new CommandError('unknown_client', 'There is no confidential client of that id.')
        : new CommandError('disabled_account', 'The account is disabled. Enable it with `ostiary account enable`.')
    case 'too_many_keys':
      return new CommandError('too_many_keys', 'It has 100 keys already. Revoke some that are not used.')
    case 'foreign_scope':
      return new CommandError('foreign_scope', 'The client is not registered for that scope.')
    case 'refused_access':
      return new CommandError(refused.refused.reason, describeRefusedAccess(refused.refused))
  }
}

function toJson(key: ApiKey): object {
  const moment = (milliseconds: number | undefined) =>
    milliseconds === undefined ? null : new Date(milliseconds).toISOString()
  return {
    id: key.id,
    name: key.name,
    account_id: key.accountId ?? null,
    client_id: key.clientId,
    audience: key.audience,
    scopes: key.scopes,
    created_at: moment(key.createdAt),
    last_used_at: moment(key.usedAt),
    expires_at: moment(key.expiresAt),
  }
}

function toLine(key: ApiKey, now: number): string {
  const { id, name, audience, scopes, expiresAt, usedAt } = key
  const verb = expiresAt !== undefined && expiresAt <= now ? 'expired' : 'expires'
  const end = expiresAt === undefined ? 'does not expire' : `${verb} ${new Date(expiresAt).toISOString()}`
  const used = usedAt === undefined ? 'never used' : `used ${new Date(usedAt).toISOString()}`
  return `${id}  ${name}  ${key.accountId ?? key.clientId}  ${audience}  ${scopes.join(' ')}  ${end}  ${used}`
}
