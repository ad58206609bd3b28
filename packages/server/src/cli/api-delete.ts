import type { Command } from 'commander'
import { deleteApi } from '../domain/revocation-acts/delete-api.ts'
import { CommandError, type Report, runCommand, withInstallation } from './command.ts'
import { createWaitingCommand, parseWaitOption, type RevokeOptions, reportRevocation } from './revoke.ts'

interface ApiDeleteOptions extends RevokeOptions {
  readonly audience: string
}

export function apiDeleteCommand(): Command {
  return createWaitingCommand(
    'delete',
    'Delete an API: nobody gets a token for it any more, and its sessions and keys end within a second. Tokens that clients got for themselves run out.',
    'ostiary api delete --audience https://api.example.com --wait 2s',
  )
    .requiredOption('--audience <uri>', 'the API')
    .action((options: ApiDeleteOptions) => runCommand(options, () => deleteFromOptions(options)))
}

async function deleteFromOptions({ audience, wait: waitText }: ApiDeleteOptions): Promise<Report> {
  const wait = parseWaitOption(waitText)
  return withInstallation(async (installation) => {
    const deleted = await deleteApi(installation.database, audience, 'cli')
    if (!deleted.ok) throw new CommandError(deleted.reason, apiSentences[deleted.reason])
    const { sessions, apiKeys } = deleted.cleared
    const sentences = [
      `The API ${deleted.api.name} is deleted. Ended ${sessions} sessions, revoked ${apiKeys} API keys.`,
      `Tokens that clients got for themselves run out within ${deleted.api.lifetimeSeconds} s.`,
    ]
    const { json, lines } = await reportRevocation(installation, deleted.sequence, wait, sentences.join(' '))
    return { json: { audience, ended_sessions: sessions, revoked_api_keys: apiKeys, ...json }, lines }
  })
}

export const apiSentences = {
  unknown_audience: 'No API of that audience is registered: `ostiary api list` shows them.',
  built_in_api: 'That API is this server’s own: it stays as it is.',
}
