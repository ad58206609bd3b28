import { type Command, Option } from 'commander'
import { MOST_ROLES_OF_ACCOUNT } from '../domain/accounts/change-role.ts'
import { listEffectivePermissions } from '../domain/accounts/list-effective-permissions.ts'
import { describeRefusedAccess, resolveAccess } from '../domain/apis/resolve-access.ts'
import { nameRequiredFactor, parseRequiredFactor, requirableFactors } from '../domain/assurance/required-factor.ts'
import {
  deleteRole,
  giveRole,
  requireFactorOfRole,
  takeRole,
  updateRole,
} from '../domain/revocation-acts/change-roles.ts'
import { type ChangedRolePermissions, changeRolePermissions } from '../domain/roles/change-role-permissions.ts'
import { createRole } from '../domain/roles/create-role.ts'
import { describeUnknownRole, listRoles } from '../domain/roles/list-roles.ts'
import { parseRole, parseRoleDescription } from '../domain/roles/parse-role.ts'
import type { Role } from '../domain/roles/role.ts'
import type { Queries } from '../platform/database/database.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'
import { createWaitingCommand, parseWaitOption, type RevokeOptions, reportRevocation } from './revoke.ts'

export function roleCommand(): Command {
  return createGroup('role', 'Roles: what accounts may do at APIs.', [
    roleListCommand(),
    roleCreateCommand(),
    roleUpdateCommand(),
    roleDeleteCommand(),
    roleAccountCommand('grant'),
    roleAccountCommand('revoke'),
    rolePermissionsCommand(),
    roleFactorCommand(),
  ])
}

function roleListCommand(): Command {
  return createCommand('list', 'List the roles and what they permit.', 'ostiary role list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          const roles = await listRoles(database.read)
          return { json: { roles: roles.map(toJson) }, lines: roles.flatMap(toLines) }
        }),
      ),
  )
}

function toLines({ name, description = '', isForOrganizations, permissions, requiredAcr }: Role): string[] {
  const ofApis = Map.groupBy(permissions, ({ audience }) => audience)
  const lines = [...ofApis].map(
    ([audience, own]) => `  ${audience}  ${own.map(({ permission }) => permission).join(' ')}`,
  )
  const factor = requiredAcr === undefined ? [] : [`  requires ${nameRequiredFactor(requiredAcr)}`]
  const within = isForOrganizations ? 'within organizations' : ''
  return [[name, description, within].filter(Boolean).join('  '), ...factor, ...lines]
}

function toJson({ name, description, isForOrganizations, permissions, requiredAcr }: Role): object {
  const required_factor = nameRequiredFactor(requiredAcr) ?? null
  return { name, description: description ?? null, for_organizations: isForOrganizations, permissions, required_factor }
}

interface RoleOptions extends RevokeOptions {
  readonly name: string
  readonly description?: string
  readonly forOrganizations?: boolean
  readonly audience?: string
  readonly permission?: readonly string[]
  readonly addPermission?: readonly string[]
  readonly removePermission?: readonly string[]
}

const AUDIENCE_OPTION = [
  '--audience <uri>',
  'the API that the permissions are of (default: the only registered one)',
] as const

function roleCreateCommand(): Command {
  return createCommand(
    'create',
    'Declare a role.',
    'ostiary role create --name support --audience https://api.example.com --permission orders:read orders:refund',
  )
    .requiredOption('--name <name>', 'what it is called, in tokens too')
    .option('--description <text>', 'what it is, in words for people')
    .option('--for-organizations', 'for members of organizations, within them, instead of for accounts')
    .option(...AUDIENCE_OPTION)
    .option('--permission <permission...>', 'what accounts with it may do there; may be repeated')
    .action((options: RoleOptions) => runCommand(options, () => createFromOptions(options)))
}

async function createFromOptions(options: RoleOptions): Promise<Report> {
  const name = parseRoleOption(options.name)
  const description = parseDescriptionOption(options.description)
  const add = options.permission ?? []
  const isForOrganizations = options.forOrganizations === true
  return withInstallation(async ({ database }) => {
    const audience = await resolveAudience(database.read, options.audience, add)
    await database.write(async (tx) => {
      const created = await createRole(tx, { name, description, isForOrganizations }, 'cli')
      if (!created.ok) throw new CommandError(created.reason, creationSentences[created.reason])
      if (add.length === 0) return
      const changed = await changeRolePermissions(tx, { role: name, audience, add, remove: [] }, 'cli')
      // Thrown, so that the role is not made either.
      if (!changed.ok) throw await refuse(database.read, name, changed)
    })
    return {
      json: { name, description: description ?? null, for_organizations: isForOrganizations, permissions: add },
      lines: [`Declared the role ${name}.`],
    }
  })
}

function roleUpdateCommand(): Command {
  return createWaitingCommand(
    'update',
    'Change what a role permits at an API; what is taken bites within a second.',
    'ostiary role update --name support --audience https://api.example.com --add-permission orders:cancel --remove-permission orders:refund',
  )
    .requiredOption('--name <name>', 'the role')
    .option('--description <text>', 'what it is, in words for people')
    .option(...AUDIENCE_OPTION)
    .option('--add-permission <permission...>', 'what accounts with it may do from now on; may be repeated')
    .option('--remove-permission <permission...>', 'what they may not do any more; may be repeated')
    .action((options: RoleOptions) => runCommand(options, () => updateFromOptions(options)))
}

async function updateFromOptions(options: RoleOptions): Promise<Report> {
  const role = parseRoleOption(options.name)
  const description = parseDescriptionOption(options.description)
  const wait = parseWaitOption(options.wait)
  const { addPermission: add = [], removePermission: remove = [] } = options
  return withInstallation(async (installation) => {
    const { database } = installation
    const audience = await resolveAudience(database.read, options.audience, [...add, ...remove])
    const changed = await updateRole(database, { role, description, audience, add, remove }, 'cli')
    if (!changed.ok) throw await refuse(database.read, role, changed)
    const told = [...changed.added.map((name) => `+${name}`), ...changed.removed.map((name) => `-${name}`)].join(' ')
    return reportRevocation(
      installation,
      changed.sequence,
      wait,
      `The role ${role} is changed: ${told || 'no permission'}.`,
    )
  })
}

function roleDeleteCommand(): Command {
  return createWaitingCommand(
    'delete',
    'Delete a role and take it from every account; it bites within a second.',
    'ostiary role delete --name support --wait 2s',
  )
    .requiredOption('--name <name>', 'the role')
    .action((options: RoleOptions) =>
      runCommand(options, () => {
        const role = parseRoleOption(options.name)
        const wait = parseWaitOption(options.wait)
        return withInstallation(async (installation) => {
          const deleted = await deleteRole(installation.database, role, 'cli')
          if (!deleted.ok) throw await refuse(installation.database.read, role, deleted)
          return reportRevocation(
            installation,
            deleted.sequence,
            wait,
            `The role ${role} is deleted; no account has it.`,
          )
        })
      }),
    )
}

interface RoleAccountOptions extends RevokeOptions {
  readonly account: string
  readonly role: string
}

function roleAccountCommand(how: 'grant' | 'revoke'): Command {
  const what = how === 'grant' ? 'Give an account a role' : 'Take a role from an account'
  return createWaitingCommand(
    how,
    `${what}; tokens that were issued before are answered "refresh required" within a second.`,
    `ostiary role ${how} --account ada --role support`,
  )
    .requiredOption('--account <username>', 'user name or e-mail address')
    .requiredOption('--role <role>', 'the role')
    .action((options: RoleAccountOptions) =>
      runCommand(options, () => {
        const wait = parseWaitOption(options.wait)
        const role = parseRoleOption(options.role)
        return withInstallation(async (installation) => {
          const { database } = installation
          const { id: accountId, username } = await getAccountOption(installation, options.account)
          const change = { accountId, role, actor: 'cli' } as const
          if (how === 'revoke') {
            const sequence = await takeRole(database, change)
            return reportRevocation(installation, sequence, wait, `${username} does not have the role ${role}.`)
          }
          const given = await giveRole(database, change)
          if (!given.ok) throw await refuse(database.read, role, given)
          return reportRevocation(installation, given.sequence, wait, `${username} has the role ${role}.`)
        })
      }),
    )
}

function rolePermissionsCommand(): Command {
  return createCommand(
    'permissions',
    'Show what an account may do at which API, by all of its roles.',
    'ostiary role permissions --account ada',
  )
    .requiredOption('--account <username>', 'user name or e-mail address')
    .action((options: { readonly json?: boolean; readonly account: string }) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const { id, username, roles } = await getAccountOption(installation, options.account)
          const apis = await listEffectivePermissions(installation.database.read, id)
          const byApi = apis.map(({ audience, permissions }) => ({
            audience,
            permissions: permissions.map(({ name }) => name),
          }))
          return {
            json: { id, roles, apis: byApi },
            lines: [
              `${username} has ${roles.length === 0 ? 'no role' : `the roles ${roles.join(', ')}`}.`,
              ...byApi.map(({ audience, permissions }) => `${audience}  ${permissions.join(' ')}`),
            ],
          }
        }),
      ),
    )
}

interface RoleFactorOptions extends RevokeOptions {
  readonly name: string
  readonly factor: string
}

function roleFactorCommand(): Command {
  return createWaitingCommand(
    'require-factor',
    'Have whoever has a role sign in with a second factor; sessions without one must sign in anew within a second.',
    'ostiary role require-factor --name admin',
  )
    .requiredOption('--name <name>', 'the role')
    .addOption(
      new Option('--factor <factor>', 'what is required').choices([...requirableFactors, 'none']).default('mfa'),
    )
    .action((options: RoleFactorOptions) =>
      runCommand(options, () => {
        const role = parseRoleOption(options.name)
        const wait = parseWaitOption(options.wait)
        const acr = parseRequiredFactor(options.factor)
        return withInstallation(async (installation) => {
          const { database } = installation
          const sequence = await requireFactorOfRole(database, { role, acr, actor: 'cli' })
          if (sequence === undefined) throw await refuse(database.read, role, { reason: 'unknown_role' })
          const told = acr === undefined ? 'requires no second factor' : 'requires a second factor'
          return reportRevocation(installation, sequence, wait, `The role ${role} ${told}.`)
        })
      }),
    )
}

/** Permissions are of one API: undefined where none is named. */
async function resolveAudience(
  sql: Queries,
  audience: string | undefined,
  permissions: readonly string[],
): Promise<string | undefined> {
  if (permissions.length === 0) return undefined
  const access = await resolveAccess(sql, { audience })
  if (!access.ok) throw new CommandError(access.reason, describeRefusedAccess(access))
  return access.api.audience
}

export function parseRoleOption(text: string): string {
  const parsed = parseRole(text)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return parsed.role
}

function parseDescriptionOption(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const parsed = parseRoleDescription(text)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return parsed.description
}

const creationSentences = {
  role_taken: 'There is a role of that name already: `ostiary role list` shows it, `ostiary role update` changes it.',
  role_ending: 'A role of that name is being deleted: its accounts are still losing it. Try again in a moment.',
  too_many_roles: 'There are 1000 roles already. A role is for many accounts: delete some.',
}

type RefusedChange =
  | Exclude<ChangedRolePermissions, { ok: true }>
  | { readonly reason: 'too_many_roles' }
  | { readonly reason: 'unknown_role' }

async function refuse(sql: Queries, role: string, refused: RefusedChange): Promise<CommandError> {
  return new CommandError(refused.reason, await describeRefusal(sql, role, refused))
}

async function describeRefusal(sql: Queries, role: string, refused: RefusedChange): Promise<string> {
  switch (refused.reason) {
    case 'unknown_role':
      return describeUnknownRole(sql, role)
    case 'built_in_role':
      return `The role ${role} is built in: it stays as it is.`
    case 'not_for_organizations':
      return 'A role of organizations is given by their owners: it can have no permission of the Admin API.'
    case 'unknown_audience':
      return 'That API was removed meanwhile.'
    case 'too_many_roles':
      return `An account has at most ${MOST_ROLES_OF_ACCOUNT} roles, since its tokens carry them.`
    case 'unknown_permission':
      return `That API does not have the permission ${refused.unknown.join(', ')}. It has: ${refused.declared.join(', ') || 'none'}.`
  }
}
