import type { Command } from 'commander'
import { listSessions } from '../domain/sessions/list-sessions.ts'
import type { Session } from '../domain/sessions/session.ts'
import { describeUserAgent } from '../platform/http/describe-user-agent.ts'
import { createCommand, createGroup, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'
import { createWaitingCommand, type RevokeOptions, revokeAndReport } from './revoke.ts'

export function sessionCommand(): Command {
  return createGroup('session', 'Sign-ins of accounts.', [sessionListCommand(), sessionRevokeCommand()])
}

function sessionListCommand(): Command {
  return createCommand('list', 'List the live sessions of an account.', 'ostiary session list --username ada')
    .requiredOption('--username <name>', 'user name or e-mail address')
    .action((options: { readonly json?: boolean; readonly username: string }) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const { database, clock } = installation
          const account = await getAccountOption(installation, options.username)
          const sessions = await listSessions(database.read, account.id, clock.now())
          const lines = sessions.length === 0 ? ['There is no live session.'] : sessions.map(toLine)
          return { json: { sessions: sessions.map(toJson) }, lines }
        }),
      ),
    )
}

function sessionRevokeCommand(): Command {
  return createWaitingCommand(
    'revoke',
    'End a session: every API refuses its tokens within a second.',
    'ostiary session revoke pS1mB7uYc0d0xG5kq3Hf1A --wait 2s',
  )
    .argument('<id>', 'the id of the session, as its tokens carry it in sid')
    .action((id: string, options: RevokeOptions) =>
      runCommand(options, () => revokeAndReport(options, { kind: 'session', id }, 'The session has ended.')),
    )
}

function toJson(session: Session): object {
  const { program, system } = describeUserAgent(session.userAgent)
  return {
    id: session.id,
    client_id: session.clientId,
    program: program ?? null,
    system: system ?? null,
    network: session.network,
    created_at: new Date(session.createdAt).toISOString(),
    last_used_at: new Date(session.usedAt).toISOString(),
    expires_at: new Date(session.expiresAt).toISOString(),
  }
}

function toLine(session: Session): string {
  const { program = 'unknown device', system } = describeUserAgent(session.userAgent)
  const device = system === undefined ? program : `${program} on ${system}`
  const [since, used] = [session.createdAt, session.usedAt].map((moment) => new Date(moment).toISOString())
  return `${session.id}  ${session.clientId}  ${device}  ${session.network}  since ${since}  used ${used}`
}
