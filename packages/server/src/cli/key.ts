import { type Command, Option } from 'commander'
import { listSigningKeys } from '../domain/keys/list-signing-keys.ts'
import { PUBLISH_AHEAD_MS } from '../domain/keys/plan-key-schedule.ts'
import { rotateSigningKeys } from '../domain/keys/rotate-signing-keys.ts'
import { type SigningAlgorithm, type SigningKey, signingAlgorithms } from '../domain/keys/signing-key.ts'
import { rotateRefreshKey } from '../domain/refresh-keys/rotate-refresh-key.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { createWaitingCommand, type RevokeOptions, revokeAndReport } from './revoke.ts'

export function keyCommand(): Command {
  return createGroup('key', 'Signing keys.', [keyListCommand(), keyRotateCommand(), keyCompromisedCommand()])
}

function keyCompromisedCommand(): Command {
  return createWaitingCommand(
    'compromised',
    'A signing key has fallen into wrong hands: another one signs at once, and every API refuses its tokens within a second.',
    'ostiary key compromised s4Zk9vJ0XcVhPqTn3yB1wLr8mKdE5uGfA2iHoQxYt7C --wait 2s',
  )
    .argument('<kid>', 'the key, as `ostiary key list` shows it')
    .action((kid: string, options: RevokeOptions) =>
      runCommand(options, () =>
        revokeAndReport(options, { kind: 'key', id: kid }, `${kid} is out of use; another key signs.`),
      ),
    )
}

function keyListCommand(): Command {
  return createCommand('list', 'List the signing keys and their states.', 'ostiary key list').action((options) =>
    runCommand(options, () =>
      withInstallation(async ({ database }) => {
        const keys = await listSigningKeys(database.read)
        return { json: { keys: keys.map(toJson) }, lines: keys.map(toLine) }
      }),
    ),
  )
}

function keyRotateCommand(): Command {
  return createCommand(
    'rotate',
    'Publish a successor for each active key; it starts to sign once every copy of the JWKS can hold it.',
    'ostiary key rotate --algorithm ES256',
  )
    .addOption(new Option('--algorithm <algorithm>', 'only the key of this algorithm').choices([...signingAlgorithms]))
    .option('--refresh', 'the key of refresh tokens instead; those that are out there work until their sessions end')
    .action((options: { json?: boolean; algorithm?: SigningAlgorithm; refresh?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          if (options.refresh) return rotateRefresh(installation)
          const pending = await rotateSigningKeys(installation, 'cli', options.algorithm)
          if (pending.length === 0) {
            throw new CommandError(
              'unused_algorithm',
              `No ${options.algorithm} key signs here: no API uses that algorithm.`,
            )
          }
          return {
            json: { pending: pending.map(toJson) },
            lines: pending.map(
              (key) => `${key.kid} (${key.algorithm}) is published and signs from ${activeFrom(key)} on.`,
            ),
          }
        }),
      ),
    )
}

async function rotateRefresh({ database, sealer }: Installation): Promise<Report> {
  const id = await database.write((tx) => rotateRefreshKey(tx, sealer, 'cli'))
  if (id === undefined)
    throw new CommandError('rotated_meanwhile', 'Another rotation was faster. Nothing is left to do.')
  return { json: { refresh_key: id }, lines: [`New refresh tokens are derived with the key ${id} from now on.`] }
}

function activeFrom(key: SigningKey): string {
  return new Date(key.stateSince + PUBLISH_AHEAD_MS).toISOString()
}

function toJson(key: SigningKey): object {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    created_at: new Date(key.createdAt).toISOString(),
    state_since: new Date(key.stateSince).toISOString(),
    ...(key.state === 'pending' && { active_from: activeFrom(key) }),
  }
}

function toLine(key: SigningKey): string {
  return `${key.kid}  ${key.algorithm.padEnd(5)}  ${key.state.padEnd(8)}  since ${new Date(key.stateSince).toISOString()}`
}
