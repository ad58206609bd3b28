import { Command, Option } from 'commander'
import { createApi } from '../domain/apis/create-api.ts'
import { DEFAULT_LIFETIME_SECONDS, parseApi } from '../domain/apis/parse-api.ts'
import { tokenAlgorithms } from '../domain/apis/token-algorithm.ts'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'

interface ApiCreateOptions {
  readonly json?: boolean
  readonly audience: string
  readonly name?: string
  readonly scope?: readonly string[]
  readonly lifetime: string
  readonly algorithm: string
}

export function apiCommand(): Command {
  return new Command('api').description('APIs that tokens are issued for.').addCommand(apiCreateCommand())
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
    lifetimeSeconds: /^\d{1,6}$/.test(options.lifetime) ? Number(options.lifetime) : Number.NaN,
    algorithm: options.algorithm,
  })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async (installation) => {
    const created = await installation.database.write((tx) => createApi(tx, installation.sealer, parsed.api, 'cli'))
    if (!created.ok)
      throw new CommandError('audience_taken', `An API with the audience ${options.audience} is registered already.`)
    await advanceKeysInUse(installation)
    const { audience, name, scopes, lifetimeSeconds, algorithm } = created.api
    return {
      json: {
        audience,
        name,
        scopes,
        lifetime: lifetimeSeconds,
        algorithm,
        ...(created.secret && { secret: created.secret }),
      },
      lines: [
        `Registered the API ${name}: audience ${audience}, ${algorithm}, tokens live ${lifetimeSeconds} s.`,
        ...(created.secret ? [`Its secret, shown only now: ${created.secret}`] : []),
      ],
    }
  })
}
