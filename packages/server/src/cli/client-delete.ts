import type { Command } from 'commander'
import { deleteClient } from '../domain/revocation-acts/delete-client.ts'
import { clientSentences } from './client-update.ts'
import { CommandError, type Report, runCommand, withInstallation } from './command.ts'
import { createWaitingCommand, parseWaitOption, type RevokeOptions, reportRevocation } from './revoke.ts'

interface ClientDeleteOptions extends RevokeOptions {
  readonly clientId: string
}

export function clientDeleteCommand(): Command {
  return createWaitingCommand(
    'delete',
    'Delete a client for good: every API refuses its tokens within a second, its sessions and keys end, and nobody has allowed it anything any more.',
    'ostiary client delete --client-id cli_jLPo0mTzYtYk8U2nJm0V3w --wait 2s',
  )
    .requiredOption('--client-id <id>', 'the client')
    .action((options: ClientDeleteOptions) => runCommand(options, () => deleteFromOptions(options)))
}

async function deleteFromOptions({ clientId, wait: waitText }: ClientDeleteOptions): Promise<Report> {
  const wait = parseWaitOption(waitText)
  return withInstallation(async (installation) => {
    const deleted = await deleteClient(installation.database, clientId, 'cli')
    if (!deleted.ok) throw new CommandError(deleted.reason, clientSentences[deleted.reason])
    const { sessions, apiKeys } = deleted.cleared
    const sentence = `The client ${deleted.client.name} is deleted. Ended ${sessions} sessions, revoked ${apiKeys} API keys.`
    const { json, lines } = await reportRevocation(installation, deleted.sequence, wait, sentence)
    return { json: { client_id: clientId, ended_sessions: sessions, revoked_api_keys: apiKeys, ...json }, lines }
  })
}
