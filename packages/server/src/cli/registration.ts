import type { Command } from 'commander'
import { grantTypes } from '../domain/clients/parse-client.ts'
import { parseRegistrationToken } from '../domain/registrations/parse-registration-token.ts'
import type { RegistrationToken } from '../domain/registrations/registration-token.ts'
import {
  createRegistrationToken,
  listRegistrationTokens,
  revokeRegistrationToken,
} from '../domain/registrations/registration-tokens.ts'
import { CommandError, createCommand, createGroup, runCommand, withInstallation } from './command.ts'

export function registrationCommand(): Command {
  const token = createGroup('token', 'Initial access tokens: with one a client registers itself (RFC 7591 §1.2).', [
    tokenListCommand(),
    tokenCreateCommand(),
    tokenRevokeCommand(),
  ])
  return createGroup('registration', 'Clients that register themselves.', [token])
}

interface TokenCreateOptions {
  readonly json?: boolean
  readonly uses: string
  readonly expires: string
  readonly grant?: readonly string[]
  readonly scope?: readonly string[]
}

function tokenCreateCommand(): Command {
  return createCommand(
    'create',
    'Make an initial access token. It is for POST /register, where OSTIARY_REGISTRATION is token or open.',
    'ostiary registration token create --uses 1 --expires 1h --grant authorization_code refresh_token --scope orders:read',
  )
    .option('--uses <count>', 'how many clients it registers', '1')
    .option('--expires <duration>', 'how long it works, such as 90m or 30d', '1h')
    .option(
      '--grant <grant...>',
      `what its clients may use at most: ${grantTypes.join(', ')} (default: authorization_code and refresh_token)`,
    )
    .option('--scope <scope...>', 'which scopes its clients may ask for (default: any of an API)')
    .action((options: TokenCreateOptions) =>
      runCommand(options, () => {
        const parsed = parseRegistrationToken({ ...options, grants: options.grant, scopes: options.scope })
        if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
        return withInstallation(async ({ database }) => {
          const { token, secret } = await database.write((tx) => createRegistrationToken(tx, parsed.wanted, 'cli'))
          return {
            json: { ...toJson(token), token: secret },
            lines: [`id: ${token.id}`, `token, shown only now: ${secret}`],
          }
        })
      }),
    )
}

function tokenListCommand(): Command {
  return createCommand('list', 'List the initial access tokens.', 'ostiary registration token list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          const tokens = await listRegistrationTokens(database.read)
          return {
            json: { tokens: tokens.map(toJson) },
            lines: tokens.length === 0 ? ['There is no initial access token.'] : tokens.map(toLine),
          }
        }),
      ),
  )
}

function tokenRevokeCommand(): Command {
  return createCommand(
    'revoke',
    'End an initial access token. The clients that it registered stay.',
    'ostiary registration token revoke jLPo0mTzYtYk8U2nJm0V3w',
  )
    .argument('<id>', 'the token, as `ostiary registration token list` shows it')
    .action((id: string, options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          if (!(await database.write((tx) => revokeRegistrationToken(tx, id, 'cli'))))
            throw new CommandError('unknown_registration_token', 'There is no initial access token of that id.')
          return { json: { revoked: id }, lines: [`${id} registers nobody any more.`] }
        }),
      ),
    )
}

function toJson({ id, policy, usesLeft, createdAt, expiresAt }: RegistrationToken): object {
  return {
    id,
    grants: policy.grants,
    scopes: policy.scopes,
    uses_left: usesLeft,
    created_at: new Date(createdAt).toISOString(),
    expires_at: new Date(expiresAt).toISOString(),
  }
}

function toLine({ id, policy, usesLeft, expiresAt }: RegistrationToken): string {
  const until = new Date(expiresAt).toISOString()
  return `${id}  ${usesLeft} left  until ${until}  ${policy.grants.join(',')}  ${policy.scopes.join(' ') || 'any scope'}`
}
