import type { Command } from 'commander'
import {
  DEFAULT_OVERLAP,
  endPreviousSecret,
  OVERLAP_SENTENCE,
  parseOverlap,
  type RefusedSecret,
  rotateClientSecret,
} from '../domain/clients/rotate-client-secret.ts'
import type { Installation } from '../installation.ts'
import { clientSentences } from './client-update.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'

interface ClientSecretOptions {
  readonly json?: boolean
  readonly clientId: string
  readonly overlap: string
  readonly endPrevious?: boolean
}

export function clientSecretCommand(): Command {
  return createCommand(
    'secret',
    'Give a client another secret; the one until now is good for the overlap, so that the client can change over. With --overlap 0 it ends at once.',
    'ostiary client secret --client-id cli_jLPo0mTzYtYk8U2nJm0V3w --overlap 0',
  )
    .requiredOption('--client-id <id>', 'the client')
    .option('--overlap <duration>', 'how long the secret until now is taken as well, 30d at most', DEFAULT_OVERLAP)
    .option('--end-previous', 'make no other secret; only end the one before, whose overlap is not over')
    .action((options: ClientSecretOptions) => runCommand(options, () => changeSecret(options)))
}

async function changeSecret({ clientId, overlap, endPrevious = false }: ClientSecretOptions): Promise<Report> {
  const overlapMilliseconds = parseOverlap(overlap)
  if (overlapMilliseconds === undefined) throw new CommandError('invalid_option', OVERLAP_SENTENCE, 2)
  return withInstallation((installation) =>
    endPrevious ? endSecretBefore(installation, clientId) : rotateSecret(installation, clientId, overlapMilliseconds),
  )
}

async function rotateSecret({ database }: Installation, clientId: string, overlap: number): Promise<Report> {
  const overlapMilliseconds = overlap
  const rotated = await database.write((tx) => rotateClientSecret(tx, clientId, { overlapMilliseconds }, 'cli'))
  if (!rotated.ok) throw refuse(rotated)
  const { secret, previousUntil } = rotated
  const previous_valid_until = previousUntil === undefined ? null : new Date(previousUntil).toISOString()
  return {
    json: { client_id: clientId, client_secret: secret, previous_valid_until },
    lines: [
      `client_secret, shown only now: ${secret}`,
      previous_valid_until === null
        ? 'No other secret is taken.'
        : `The secret until now is taken until ${previous_valid_until}; if it has leaked: \`ostiary client secret --client-id ${clientId} --end-previous\`.`,
    ],
  }
}

async function endSecretBefore({ database }: Installation, clientId: string): Promise<Report> {
  const ended = await database.write((tx) => endPreviousSecret(tx, clientId, 'cli'))
  if (!ended.ok) throw refuse(ended)
  return {
    json: { client_id: clientId, ended: ended.hasEnded },
    lines: [
      ended.hasEnded ? 'The secret before is not taken any more.' : 'There was no secret before that was still taken.',
    ],
  }
}

const sentences = {
  ...clientSentences,
  public_client: 'That client is public: it has no secret.',
  client_has_keys: 'That client proves who it is with its keys: it has no secret.',
}

function refuse({ reason }: RefusedSecret): CommandError {
  return new CommandError(reason, sentences[reason])
}
