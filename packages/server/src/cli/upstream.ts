import { type Command, Option } from 'commander'
import { createUpstream } from '../domain/upstreams/create-upstream.ts'
import { listUpstreams } from '../domain/upstreams/list-upstreams.ts'
import { parseUpstream } from '../domain/upstreams/parse-upstream.ts'
import { type UpstreamPresetName, upstreamPresets } from '../domain/upstreams/presets.ts'
import { removeUpstream } from '../domain/upstreams/remove-upstream.ts'
import type { Upstream } from '../domain/upstreams/upstream.ts'
import { chooseClientSecret } from './choose-client-secret.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { readAppleKey } from './read-apple-key.ts'

interface UpstreamCreateOptions {
  readonly json?: boolean
  readonly preset?: UpstreamPresetName
  readonly tenant?: string
  readonly id?: string
  readonly name?: string
  readonly issuer?: string
  readonly clientId: string
  readonly teamId?: string
  readonly keyId?: string
  readonly clientSecretStdin?: boolean
  readonly public?: boolean
  readonly scope?: readonly string[]
  readonly signUp?: boolean
}

export function upstreamCommand(): Command {
  return createGroup('upstream', 'Providers elsewhere that people may log in with.', [
    upstreamListCommand(),
    upstreamCreateCommand(),
    upstreamRemoveCommand(),
  ])
}

function upstreamListCommand(): Command {
  return createCommand('list', 'List the upstream providers.', 'ostiary upstream list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database, config }) => {
          const upstreams = await listUpstreams(database.read)
          return {
            json: { upstreams: upstreams.map((upstream) => toJson(upstream, config.issuer)) },
            lines: upstreams.length === 0 ? ['There is no upstream provider.'] : upstreams.map(toLine),
          }
        }),
      ),
  )
}

function upstreamCreateCommand(): Command {
  return createCommand(
    'create',
    'Let people log in with a provider elsewhere: of OpenID Connect, or GitHub.',
    'ostiary upstream create --preset google --client-id 123.apps.googleusercontent.com --client-secret-stdin < secret',
  )
    .requiredOption('--client-id <id>', 'the id that the provider knows this server by')
    .addOption(
      new Option('--preset <preset>', 'a provider whose issuer and name are known').choices(
        Object.keys(upstreamPresets),
      ),
    )
    .option('--tenant <guid>', 'with the preset microsoft: the directory whose people may log in')
    .option(
      '--issuer <url>',
      'without a preset: the provider’s issuer, whose metadata are read from there; with the preset github: an Enterprise Server',
    )
    .option('--team-id <id>', 'with the preset apple: the team of the developer account')
    .option('--key-id <id>', 'with the preset apple: the key that signs, whose file standard input holds')
    .option('--id <id>', 'how it is called in addresses (default: the preset)')
    .option('--name <name>', 'what its button says (default: the preset’s name, or the id)')
    .option(
      '--client-secret-stdin',
      'read the client secret, or the key file of Apple, from standard input (default: ask for it)',
    )
    .option('--public', 'this server has no client secret there')
    .option('--scope <scope...>', 'what is asked for (default: the preset’s, or openid profile email)')
    .option('--sign-up', 'make an account for whom nobody here knows')
    .action((options: UpstreamCreateOptions) => runCommand(options, () => createFromOptions(options)))
}

function upstreamRemoveCommand(): Command {
  return createCommand(
    'remove',
    'Let nobody log in with an upstream provider any more.',
    'ostiary upstream remove google',
  )
    .argument('<id>', 'the id that `ostiary upstream list` shows')
    .action((id: string, options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          if (!(await database.write((tx) => removeUpstream(tx, id, 'cli'))))
            throw new CommandError('unknown_upstream', 'There is no such upstream: `ostiary upstream list` shows them.')
          return { json: { id, removed: true }, lines: [`Removed the upstream ${id}. Who its people are stays known.`] }
        }),
      ),
    )
}

async function createFromOptions(options: UpstreamCreateOptions): Promise<Report> {
  const parsed = parseUpstream({ ...options, scopes: options.scope, opensAccounts: options.signUp })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  const clientSecret = await (parsed.upstream.appleKey ? readAppleKey(options) : chooseClientSecret(options))
  return withInstallation(async ({ config, database, sealer }) => {
    const creation = { description: parsed.upstream, clientSecret, actor: 'cli' } as const
    const created = await database.write((tx) => createUpstream(tx, sealer, creation))
    if (!created.ok)
      throw new CommandError(
        'upstream_taken',
        'An upstream of that id or issuer is registered already: `ostiary upstream list` shows it.',
      )
    const { id, name, issuer } = created.upstream
    return {
      json: toJson(created.upstream, config.issuer),
      lines: [
        `Registered the upstream ${id}: ${name}, ${issuer}.`,
        `Register this redirect URI there: ${redirectUriOf(config.issuer, id)}`,
      ],
    }
  })
}

/** As `issuerUrls` has it. */
function redirectUriOf(issuer: string, id: string): string {
  return `${issuer.replace(/\/$/, '')}/login/upstream/${id}/callback`
}

function toLine({ id, name, issuer, opensAccounts }: Upstream): string {
  return `${id}  ${name}  ${issuer}  ${opensAccounts ? 'sign-up' : 'no sign-up'}`
}

function toJson({ id, name, issuer, clientId, scopes, opensAccounts }: Upstream, ownIssuer: string): object {
  const redirectUri = redirectUriOf(ownIssuer, id)
  return { id, name, issuer, client_id: clientId, scopes, sign_up: opensAccounts, redirect_uri: redirectUri }
}
