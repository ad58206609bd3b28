import type { Command } from 'commander'
import { findAccountByLoginName } from '../domain/accounts/find-account-by-login-name.ts'
import { describeRefusedAccess, resolveAccess } from '../domain/apis/resolve-access.ts'
import { recordAuditEvent } from '../domain/audit/record-audit-event.ts'
import { admitToApi } from '../domain/clients/admit-to-api.ts'
import { LOGIN_CLIENT_ID } from '../domain/clients/login-client.ts'
import { momentAfterRevocations } from '../domain/revocations/moment-after-revocations.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { createWaitingCommand, type RevokeOptions, revokeAndReport } from './revoke.ts'

interface TokenIssueOptions {
  readonly json?: boolean
  readonly account: string
  readonly audience?: string
  readonly scope?: readonly string[]
}

export function tokenCommand(): Command {
  return createGroup('token', 'Tokens.', [tokenIssueCommand(), tokenRevokeCommand()])
}

function tokenRevokeCommand(): Command {
  return createWaitingCommand(
    'revoke',
    'Revoke one access token: every API refuses it within a second. Its session goes on.',
    'ostiary token revoke "$TOKEN" --wait 2s',
  )
    .argument('<token>', 'the token')
    .action((token: string, options: RevokeOptions) =>
      runCommand(options, () => revokeAndReport(options, { kind: 'token', id: token.trim() }, 'The token is revoked.')),
    )
}

function tokenIssueCommand(): Command {
  return createCommand(
    'issue',
    'Issue an access token without a login, for tests. Only who can read the database and the secret can do this.',
    'ostiary token issue --account ada --audience https://api.example.com --scope orders:read',
  )
    .requiredOption('--account <username>', 'user name or e-mail address of the account')
    .option('--audience <uri>', 'the API it is for (default: the only registered one)')
    .option('--scope <scope...>', 'its scopes (default: all of the API)')
    .action((options: TokenIssueOptions) => runCommand(options, () => issueFromOptions(options)))
}

async function issueFromOptions({ account: username, audience, scope }: TokenIssueOptions): Promise<Report> {
  return withInstallation(async ({ database, clock, tokenIssuer }) => {
    const account = await findAccountByLoginName(database.read, username)
    if (!account)
      throw new CommandError(
        'unknown_account',
        'There is no account of that name. Create it with `ostiary account create`.',
      )
    if (account.disabledAt !== undefined) throw new CommandError('disabled_account', 'That account is disabled.')
    if (account.deleteAfter !== undefined) throw new CommandError('deletion_pending', 'That account is to be deleted.')
    const scopes = scope?.flatMap((text) => text.split(' '))
    const access = admitToApi(undefined, await resolveAccess(database.read, { audience, scopes }))
    if (!access.ok) throw new CommandError(access.reason, describeRefusedAccess(access))
    const who = { accountId: account.id, clientId: LOGIN_CLIENT_ID }
    const {
      token,
      jti,
      expiresInSeconds,
      scope: granted,
    } = await tokenIssuer.issueAccessToken({
      api: access.api,
      scopes: access.scopes,
      subject: who.accountId,
      clientId: who.clientId,
      now: await momentAfterRevocations(database.read, who, clock.now()),
    })
    const detail = { jti, audience: access.api.audience }
    await database.write((tx) =>
      recordAuditEvent(tx, { act: 'token.issued', actor: 'cli', outcome: 'done', accountId: account.id, detail }),
    )
    return {
      json: { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds, scope: granted },
      lines: [token],
    }
  })
}
