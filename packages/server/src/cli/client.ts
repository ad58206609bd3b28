import { type Command, Option } from 'commander'
import { requirableFactors } from '../domain/assurance/required-factor.ts'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { idTokenAlgorithms } from '../domain/clients/client.ts'
import { createClient } from '../domain/clients/create-client.ts'
import { listClients } from '../domain/clients/list-clients.ts'
import { type ClientInput, grantTypes, parseClient } from '../domain/clients/parse-client.ts'
import { clientDeleteCommand } from './client-delete.ts'
import { clientSecretCommand } from './client-secret.ts'
import { clientUpdateCommand } from './client-update.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { describeClient, toClientLine } from './describe-client.ts'
import { readJwks } from './read-jwks.ts'
import { createWaitingCommand, type RevokeOptions, revokeAndReport } from './revoke.ts'

interface ClientCreateOptions {
  readonly json?: boolean
  readonly name: string
  readonly type: string
  readonly redirectUri?: readonly string[]
  readonly grant?: readonly string[]
  readonly scope?: readonly string[]
  readonly firstParty?: boolean
  readonly idTokenAlg?: string
  readonly postLogoutRedirectUri?: readonly string[]
  readonly userinfoAlg?: string
  readonly backchannelLogoutUri?: string
  readonly backchannelLogoutSessionRequired?: boolean
  readonly jwks?: string
  readonly jwksUri?: string
  readonly dpopBound?: boolean
  readonly requirePar?: boolean
  readonly requireFactor?: string
  readonly idle?: string
  readonly lifetime?: string
}

export function clientCommand(): Command {
  return createGroup('client', 'Applications that get tokens.', [
    clientListCommand(),
    clientCreateCommand(),
    clientUpdateCommand(),
    clientSecretCommand(),
    clientRevokeCommand(),
    clientDeleteCommand(),
  ])
}

function clientListCommand(): Command {
  return createCommand('list', 'List the registered clients.', 'ostiary client list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          const clients = await listClients(database.read)
          return {
            json: { clients: clients.map(describeClient) },
            lines: clients.length === 0 ? ['There is no client.'] : clients.map(toClientLine),
          }
        }),
      ),
  )
}

function clientRevokeCommand(): Command {
  return createWaitingCommand(
    'revoke',
    'Revoke everything of a client: its sessions end, and every API refuses its tokens within a second.',
    'ostiary client revoke --client-id cli_jLPo0mTzYtYk8U2nJm0V3w --wait 2s',
  )
    .requiredOption('--client-id <id>', 'the client')
    .action((options: RevokeOptions & { readonly clientId: string }) =>
      runCommand(options, () =>
        revokeAndReport(
          options,
          { kind: 'client', id: options.clientId },
          'Everything of that client until now is revoked.',
        ),
      ),
    )
}

function clientCreateCommand(): Command {
  return createCommand(
    'create',
    'Register a client.',
    'ostiary client create --name Shop --type confidential --redirect-uri https://shop.example.com/callback --scope orders:read',
  )
    .requiredOption('--name <name>', 'how people know it')
    .addOption(
      new Option('--type <type>', 'whether it can keep a secret (RFC 6749 §2.1)')
        .choices(['public', 'confidential'])
        .makeOptionMandatory(),
    )
    .option('--redirect-uri <uri...>', 'where people are sent back to; may be repeated')
    .option(
      '--grant <grant...>',
      `which grants it may use: ${grantTypes.join(', ')} (default: authorization_code and refresh_token with a redirect URI; else refresh_token for a public client, none for a confidential one)`,
    )
    .option(
      '--scope <scope...>',
      'which scopes it may ask for (default: any of an API); introspect:<audience> lets a confidential client introspect, revocations:write revoke; may be repeated',
    )
    .option('--first-party', 'your own app: people are not asked whether they agree')
    .addOption(
      new Option('--id-token-alg <algorithm>', 'what its ID tokens are signed with (default: ES256)').choices([
        ...idTokenAlgorithms,
      ]),
    )
    .option('--post-logout-redirect-uri <uri...>', 'where people may be sent after signing out; may be repeated')
    .addOption(
      new Option('--userinfo-alg <algorithm>', 'sign userinfo with this (default: plain JSON)').choices([
        ...idTokenAlgorithms,
      ]),
    )
    .option('--backchannel-logout-uri <uri>', 'where it is told that a session has ended')
    .option('--backchannel-logout-session-required', 'it needs to know which session ended')
    .option('--jwks <file>', 'a file with its public keys (RFC 7517): it authenticates by private_key_jwt')
    .option('--jwks-uri <url>', 'where its public keys are: it authenticates by private_key_jwt')
    .option('--dpop-bound', 'it gets only tokens that are bound to a key of its own (RFC 9449)')
    .option('--require-par', 'it must push its authorization requests first (RFC 9126)')
    .addOption(
      new Option(
        '--require-factor <factor>',
        'people sign in at it with a second factor, and get one if they have none',
      ).choices([...requirableFactors]),
    )
    .option('--idle <duration>', 'how long a session lives without being used, such as 12h (default: 30d)')
    .option('--lifetime <duration>', 'how long a session lives in all, such as 90d (default: 365d)')
    .action((options: ClientCreateOptions) => runCommand(options, () => createFromOptions(options)))
}

async function createFromOptions(options: ClientCreateOptions): Promise<Report> {
  const { name, type, redirectUri: redirectUris, grant: grants, scope: scopes, idle, lifetime } = options
  const {
    firstParty: isFirstParty,
    idTokenAlg: idTokenAlgorithm,
    postLogoutRedirectUri: postLogoutRedirectUris,
  } = options
  const more = { isFirstParty, idTokenAlgorithm, postLogoutRedirectUris, ...parseFurtherOptions(options) }
  const parsed = parseClient({ name, type, redirectUris, grants, scopes, idle, lifetime, ...more })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const { client, secret } = await installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
    await advanceKeysInUse(installation)
    return {
      json: { ...describeClient(client), ...(secret && { client_secret: secret }) },
      lines: [
        `client_id: ${client.id}`,
        ...(secret ? [`client_secret, shown only now: ${secret}`] : []),
        `grants: ${client.grants.join(', ') || 'none: it can authenticate, to introspect or to revoke'}`,
      ],
    }
  })
}

function parseFurtherOptions(options: ClientCreateOptions): Partial<ClientInput> {
  return {
    userinfoAlgorithm: options.userinfoAlg,
    backchannelLogoutUri: options.backchannelLogoutUri,
    isBackchannelSessionRequired: options.backchannelLogoutSessionRequired,
    jwks: options.jwks === undefined ? undefined : readJwks(options.jwks),
    jwksUri: options.jwksUri,
    isDpopRequired: options.dpopBound,
    isPushRequired: options.requirePar,
    requiredFactor: options.requireFactor,
  }
}
