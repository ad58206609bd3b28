import { type Command, Option } from 'commander'
import type { Api, ApiPermission } from '../domain/apis/api.ts'
import { createApi } from '../domain/apis/create-api.ts'
import { listApis } from '../domain/apis/list-apis.ts'
import { DEFAULT_LIFETIME_SECONDS, parseApi } from '../domain/apis/parse-api.ts'
import { tokenAlgorithms } from '../domain/apis/token-algorithm.ts'
import { nameRequiredFactor, requirableFactors } from '../domain/assurance/required-factor.ts'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { describeUnreadyKey } from '../domain/keys/find-key-readiness.ts'
import { signingAlgorithms } from '../domain/keys/signing-key.ts'
import { updateApi } from '../domain/revocation-acts/change-roles.ts'
import { apiDeleteCommand, apiSentences } from './api-delete.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { createWaitingCommand, parseWaitOption, type RevokeOptions, reportRevocation } from './revoke.ts'

interface ApiCreateOptions {
  readonly json?: boolean
  readonly audience: string
  readonly name?: string
  readonly scope?: readonly string[]
  readonly scopeDescription?: readonly string[]
  readonly permission?: readonly string[]
  readonly permissionScope?: readonly string[]
  readonly lifetime: string
  readonly algorithm: string
  readonly requireFactor?: string
}

export function apiCommand(): Command {
  return createGroup('api', 'APIs that tokens are issued for.', [
    apiListCommand(),
    apiCreateCommand(),
    apiUpdateCommand(),
    apiDeleteCommand(),
  ])
}

function apiListCommand(): Command {
  return createCommand('list', 'List the registered APIs.', 'ostiary api list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          const apis = await listApis(database.read)
          return {
            json: { apis: apis.map(toJson) },
            lines: apis.length === 0 ? ['There is no API.'] : apis.flatMap(toLines),
          }
        }),
      ),
  )
}

function toLines({ audience, name, scopes, permissions, algorithm, lifetimeSeconds }: Api): string[] {
  return [
    `${audience}  ${name}  ${algorithm}  ${lifetimeSeconds} s  ${scopes.join(' ')}`,
    ...permissions.map(toPermissionLine),
  ]
}

function toPermissionLine({ name, description = '', scope }: ApiPermission): string {
  const needs = scope === undefined ? '' : `  needs the scope ${scope}`
  return `  ${name}  ${description}`.trimEnd() + needs
}

function toJson(api: Api): object {
  const { audience, name, scopes, scopeDescriptions, permissions, lifetimeSeconds, algorithm, requiredAcr } = api
  const required = requiredAcr && { required_factor: nameRequiredFactor(requiredAcr) }
  return {
    ...{ audience, name, scopes, scope_descriptions: scopeDescriptions, lifetime: lifetimeSeconds, algorithm },
    permissions: permissions.map(({ name, description, scope }) => ({
      name,
      description: description ?? null,
      scope: scope ?? null,
    })),
    ...required,
  }
}

const SCOPE_DESCRIPTION_OPTION = [
  '--scope-description <text...>',
  'what a scope lets an app do, in words for people, such as "orders:read=See your orders"; may be repeated',
] as const
const PERMISSION_SCOPE_OPTION = [
  '--permission-scope <text...>',
  'the scope without which no app’s token carries a permission, such as orders:refund=orders:write; may be repeated',
] as const

function apiCreateCommand(): Command {
  return createCommand(
    'create',
    'Register an API.',
    'ostiary api create --audience https://api.example.com --name Orders --scope orders:read orders:write --lifetime 150',
  )
    .requiredOption('--audience <uri>', 'what its tokens carry as aud: an absolute URI')
    .option('--name <name>', 'how people know it (default: the audience)')
    .option('--scope <scope...>', 'a scope it understands; may be repeated')
    .option(...SCOPE_DESCRIPTION_OPTION)
    .option(
      '--permission <text...>',
      'what roles can permit there, maybe with words for people: "orders:refund=Give money back"; may be repeated',
    )
    .option(...PERMISSION_SCOPE_OPTION)
    .option('--lifetime <seconds>', 'how long its access tokens live', String(DEFAULT_LIFETIME_SECONDS))
    .addOption(
      new Option('--algorithm <algorithm>', 'how its access tokens are signed')
        .choices([...tokenAlgorithms])
        .default('ES256'),
    )
    .addOption(
      new Option('--require-factor <factor>', 'no person gets a token for it without a second factor').choices([
        ...requirableFactors,
      ]),
    )
    .action((options: ApiCreateOptions) => runCommand(options, () => createFromOptions(options)))
}

async function createFromOptions(options: ApiCreateOptions): Promise<Report> {
  const parsed = parseApi({
    audience: options.audience,
    name: options.name,
    scopes: options.scope,
    scopeDescriptions: options.scopeDescription,
    permissions: options.permission,
    permissionScopes: options.permissionScope,
    lifetimeSeconds: parseSeconds(options.lifetime),
    algorithm: options.algorithm,
    requiredFactor: options.requireFactor,
  })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const created = await installation.database.write((tx) => createApi(tx, installation.sealer, parsed.api, 'cli'))
    if (!created.ok) throw new CommandError(created.reason, creationSentences[created.reason])
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

const creationSentences = {
  audience_taken:
    'An API with that audience is registered already: `ostiary api list` shows it, `ostiary api update` changes it.',
  audience_ending:
    'An API with that audience was deleted a moment ago: what it left is still going. Try again in two minutes.',
}

interface ApiUpdateOptions extends RevokeOptions {
  readonly audience: string
  readonly name?: string
  readonly addScope?: readonly string[]
  readonly scopeDescription?: readonly string[]
  readonly addPermission?: readonly string[]
  readonly permissionScope?: readonly string[]
  readonly removePermission?: readonly string[]
  readonly lifetime?: string
  readonly algorithm?: string
  readonly requireFactor?: string
}

function apiUpdateCommand(): Command {
  return createWaitingCommand(
    'update',
    'Change what an API declares. A permission that is removed is taken from every role, and bites within a second.',
    'ostiary api update --audience https://api.example.com --add-permission "orders:cancel=Cancel orders" --remove-permission orders:refund',
  )
    .requiredOption('--audience <uri>', 'the API')
    .option('--name <name>', 'how people know it')
    .option('--add-scope <scope...>', 'a further scope; may be repeated')
    .option(...SCOPE_DESCRIPTION_OPTION)
    .option(
      '--add-permission <text...>',
      'a further permission, or other words for one: "orders:refund=Give money back"; may be repeated',
    )
    .option(...PERMISSION_SCOPE_OPTION)
    .option('--remove-permission <permission...>', 'a permission that it has no more; may be repeated')
    .option('--lifetime <seconds>', 'how long access tokens live that are issued from now on')
    .addOption(
      new Option('--algorithm <algorithm>', 'how access tokens are signed from now on').choices([...signingAlgorithms]),
    )
    .addOption(
      new Option('--require-factor <factor>', 'what people prove from their next token on').choices([
        ...requirableFactors,
        'none',
      ]),
    )
    .action((options: ApiUpdateOptions) => runCommand(options, () => updateFromOptions(options)))
}

async function updateFromOptions(options: ApiUpdateOptions): Promise<Report> {
  const { audience, name, addScope: addScopes, scopeDescription: scopeDescriptions } = options
  const { addPermission: permissions, permissionScope: permissionScopes } = options
  const { removePermission: removePermissions, requireFactor: requiredFactor } = options
  const wait = parseWaitOption(options.wait)
  const texts = { name, addScopes, scopeDescriptions, permissions, permissionScopes, removePermissions }
  const { lifetime, algorithm } = options
  const lifetimeSeconds = lifetime === undefined ? undefined : parseSeconds(lifetime)
  const change = { audience, ...texts, requiredFactor, lifetimeSeconds, algorithm }
  return withInstallation(async (installation) => {
    if (algorithm !== undefined) await advanceKeysInUse(installation, [algorithm])
    const changed = await updateApi(installation.database, change, 'cli')
    if (!changed.ok && changed.reason === 'invalid') throw new CommandError('invalid_option', changed.sentence, 2)
    if (!changed.ok && changed.reason === 'key_not_everywhere')
      throw new CommandError(changed.reason, describeUnreadyKey(changed, String(algorithm)))
    if (!changed.ok) throw new CommandError(changed.reason, apiSentences[changed.reason])
    const report = await reportRevocation(
      installation,
      changed.sequence,
      wait,
      `The API ${changed.api.name} is changed.`,
    )
    return { json: { ...toJson(changed.api), ...report.json }, lines: [...report.lines, ...toLines(changed.api)] }
  })
}

function parseSeconds(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
}
