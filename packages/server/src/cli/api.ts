import { type Command, Option } from 'commander'
import type { Api } from '../domain/apis/api.ts'
import { createApi } from '../domain/apis/create-api.ts'
import { listApis } from '../domain/apis/list-apis.ts'
import { DEFAULT_LIFETIME_SECONDS, parseApi } from '../domain/apis/parse-api.ts'
import { tokenAlgorithms } from '../domain/apis/token-algorithm.ts'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'

interface ApiCreateOptions {
  readonly json?: boolean
  readonly audience: string
  readonly name?: string
  readonly scope?: readonly string[]
  readonly scopeDescription?: readonly string[]
  readonly lifetime: string
  readonly algorithm: string
}

export function apiCommand(): Command {
  return createGroup('api', 'APIs that tokens are issued for.', [apiListCommand(), apiCreateCommand()])
}

function apiListCommand(): Command {
  return createCommand('list', 'List the registered APIs.', 'ostiary api list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          const apis = await listApis(database.read)
          return {
            json: { apis: apis.map(toJson) },
            lines: apis.length === 0 ? ['There is no API.'] : apis.map(toLine),
          }
        }),
      ),
  )
}

function toLine({ audience, name, scopes, algorithm, lifetimeSeconds }: Api): string {
  return `${audience}  ${name}  ${algorithm}  ${lifetimeSeconds} s  ${scopes.join(' ')}`
}

function toJson({ audience, name, scopes, scopeDescriptions, lifetimeSeconds, algorithm }: Api): object {
  return { audience, name, scopes, scope_descriptions: scopeDescriptions, lifetime: lifetimeSeconds, algorithm }
}

function apiCreateCommand(): Command {
  return createCommand(
    'create',
    'Register an API.',
    'ostiary api create --audience https://api.example.com --name Orders --scope orders:read orders:write --lifetime 150',
  )
    .requiredOption('--audience <uri>', 'what its tokens carry as aud: an absolute URI')
    .option('--name <name>', 'how people know it (default: the audience)')
    .option('--scope <scope...>', 'a scope it understands; may be repeated')
    .option(
      '--scope-description <text...>',
      'what a scope lets an app do, in words for people, such as "orders:read=See your orders"; may be repeated',
    )
    .option('--lifetime <seconds>', 'how long its access tokens live', String(DEFAULT_LIFETIME_SECONDS))
    .addOption(
      new Option('--algorithm <algorithm>', 'how its access tokens are signed')
        .choices([...tokenAlgorithms])
        .default('ES256'),
    )
    .action((options: ApiCreateOptions) => runCommand(options, () => createFromOptions(options)))
}

async function createFromOptions(options: ApiCreateOptions): Promise<Report> {
  const parsed = parseApi({
    audience: options.audience,
    name: options.name,
    scopes: options.scope,
    scopeDescriptions: options.scopeDescription,
    lifetimeSeconds: /^\d{1,6}$/.test(options.lifetime) ? Number(options.lifetime) : Number.NaN,
    algorithm: options.algorithm,
  })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const created = await installation.database.write((tx) => createApi(tx, installation.sealer, parsed.api, 'cli'))
    if (!created.ok)
      throw new CommandError(
        'audience_taken',
        `An API with the audience ${options.audience} is registered already: \`ostiary api list\` shows it.`,
      )
    await advanceKeysInUse(installation)
    const { audience, name, lifetimeSeconds, algorithm } = created.api
    return {
      json: { ...toJson(created.api), ...(created.secret && { secret: created.secret }) },
      lines: [
        `Registered the API ${name}: audience ${audience}, ${algorithm}, tokens live ${lifetimeSeconds} s.`,
        ...(created.secret ? [`Its secret, shown only now: ${created.secret}`] : []),
      ],
    }
  })
}
