import type { Command } from 'commander'
import { findAccount } from '../domain/accounts/find-account.ts'
import { settleOutdatedClaims } from '../domain/accounts/settle-outdated-claims.ts'
import { addMember } from '../domain/memberships/add-member.ts'
import { listMembers } from '../domain/memberships/find-membership.ts'
import type { Membership } from '../domain/memberships/membership.ts'
import { lockGivenRoles, MOST_ROLES_OF_MEMBER } from '../domain/memberships/organization-roles.ts'
import { lockOrganization } from '../domain/organizations/lock-organization.ts'
import { changeMemberRoles, removeMember } from '../domain/revocation-acts/change-membership.ts'
import { describeUnknownRole } from '../domain/roles/list-roles.ts'
import type { Installation } from '../installation.ts'
import type { Queries } from '../platform/database/database.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'
import { getOrganizationOption } from './get-organization-option.ts'
import { createWaitingCommand, parseWaitOption, type RevokeOptions, reportRevocation } from './revoke.ts'

export function organizationMemberCommand(): Command {
  return createGroup('member', 'Who belongs to an organization, and with which roles.', [
    memberListCommand(),
    memberAddCommand(),
    memberSetRolesCommand(),
    memberRemoveCommand(),
  ])
}

interface MemberOptions extends RevokeOptions {
  readonly organization: string
  readonly username: string
  readonly role?: readonly string[]
}

const ORGANIZATION_OPTION = ['--organization <id>', 'its id or slug'] as const
const USERNAME_OPTION = ['--username <name>', 'user name or e-mail address'] as const
const ROLES_OPTION = ['--role <role...>', 'a role within the organization; may be repeated'] as const

function memberListCommand(): Command {
  return createCommand(
    'list',
    'List who belongs to an organization.',
    'ostiary organization member list --organization blue-door',
  )
    .requiredOption(...ORGANIZATION_OPTION)
    .action((options: { readonly json?: boolean; readonly organization: string }) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const { id } = await getOrganizationOption(installation, options.organization)
          const members = await describeMembers(installation, await listMembers(installation.database.read, id))
          return {
            json: { members },
            lines: members.length === 0 ? ['Nobody belongs to it.'] : members.map(toLine),
          }
        }),
      ),
    )
}

interface DescribedMember {
  readonly id: string
  readonly username: string
  readonly roles: readonly string[]
  readonly invited_as: string | null
  readonly joined_at: string
}

async function describeMembers(
  { database }: Installation,
  members: readonly Membership[],
): Promise<readonly DescribedMember[]> {
  const described: DescribedMember[] = []
  for (const { accountId, roles, invitedAs, joinedAt } of members) {
    const username = (await findAccount(database.read, accountId))?.username ?? ''
    const joined_at = new Date(joinedAt).toISOString()
    described.push({ id: accountId, username, roles, invited_as: invitedAs ?? null, joined_at })
  }
  return described
}

function toLine({ id, username, roles, invited_as }: DescribedMember): string {
  return [id, username, roles.join(','), invited_as ?? ''].filter(Boolean).join('  ')
}

function memberAddCommand(): Command {
  return createCommand(
    'add',
    'Have an account belong to an organization, without asking the person.',
    'ostiary organization member add --organization blue-door --username ada --role owner',
  )
    .requiredOption(...ORGANIZATION_OPTION)
    .requiredOption(...USERNAME_OPTION)
    .option(...ROLES_OPTION)
    .action((options: MemberOptions) =>
      runCommand(options, () => withInstallation((installation) => addFromOptions(installation, options))),
    )
}

async function addFromOptions(installation: Installation, options: MemberOptions): Promise<Report> {
  const organization = await getOrganizationOption(installation, options.organization)
  const account = await getAccountOption(installation, options.username)
  const { database } = installation
  const added = await database.write(async (tx) => {
    if (!(await lockOrganization(tx, organization.id))) return { ok: false, reason: 'unknown_member' } as const
    const given = await lockGivenRoles(tx, options.role ?? [])
    if (!given.ok) return given
    const isAdded = await addMember(tx, { ...given, organizationId: organization.id, accountId: account.id }, 'cli')
    return isAdded ? given : ({ ok: false, reason: 'already_member' } as const)
  })
  if (!added.ok) throw await refuseMember(database.read, added)
  const { roles } = added
  return {
    json: { organization: organization.id, account: account.id, roles },
    lines: [`${account.username} belongs to ${organization.name}${roles.length > 0 ? ` as ${roles.join(', ')}` : ''}.`],
  }
}

function memberSetRolesCommand(): Command {
  return createWaitingCommand(
    'set-roles',
    'Give a member these roles and no others; tokens that were issued before are answered "refresh required" within a second.',
    'ostiary organization member set-roles --organization blue-door --username ada --role editor',
  )
    .requiredOption(...ORGANIZATION_OPTION)
    .requiredOption(...USERNAME_OPTION)
    .option(`${ROLES_OPTION[0]}`, 'a role within the organization; may be repeated, and without one there is none')
    .action((options: MemberOptions) =>
      runCommand(options, () => {
        const wait = parseWaitOption(options.wait)
        return withInstallation(async (installation) => {
          const { key, organization, account } = await readMember(installation, options)
          const { database } = installation
          const roles = options.role ?? []
          const act = await database.write((tx) => changeMemberRoles(tx, key, roles, 'cli'))
          if (!act.ok) throw await refuseMember(database.read, act)
          const sentence = `${account.username} is ${roles.join(', ') || 'a member'} of ${organization.name}.`
          return reportRevocation(installation, await settleOutdatedClaims(database), wait, sentence)
        })
      }),
    )
}

function memberRemoveCommand(): Command {
  return createWaitingCommand(
    'remove',
    'Remove a member: every API refuses what acts for the organization within a second.',
    'ostiary organization member remove --organization blue-door --username ada --wait 2s',
  )
    .requiredOption(...ORGANIZATION_OPTION)
    .requiredOption(...USERNAME_OPTION)
    .action((options: MemberOptions) =>
      runCommand(options, () => {
        const wait = parseWaitOption(options.wait)
        return withInstallation(async (installation) => {
          const { key, organization, account } = await readMember(installation, options)
          const { database } = installation
          const act = await database.write((tx) => removeMember(tx, key, 'cli'))
          if (!act.ok) throw await refuseMember(database.read, act)
          const sentence = `${account.username} does not belong to ${organization.name} any more.`
          return reportRevocation(installation, await settleOutdatedClaims(database), wait, sentence)
        })
      }),
    )
}

async function readMember(installation: Installation, options: MemberOptions) {
  const organization = await getOrganizationOption(installation, options.organization)
  const account = await getAccountOption(installation, options.username)
  return { key: { organizationId: organization.id, accountId: account.id }, organization, account }
}

type RefusedMember =
  | { readonly reason: 'already_member' | 'last_owner' | 'too_many_roles' | 'unknown_member' }
  | { readonly reason: 'unknown_role'; readonly role: string }

/** Why a membership stays as it is. */
export async function refuseMember(sql: Queries, refused: RefusedMember): Promise<CommandError> {
  return new CommandError(refused.reason, await describeRefusal(sql, refused))
}

async function describeRefusal(sql: Queries, refused: RefusedMember): Promise<string> {
  switch (refused.reason) {
    case 'already_member':
      return 'That account belongs to it already. Change its roles with `ostiary organization member set-roles`.'
    case 'last_owner':
      return 'That is the last owner. Make somebody else an owner first, or delete the organization.'
    case 'too_many_roles':
      return `A member has at most ${MOST_ROLES_OF_MEMBER} roles, since tokens carry them.`
    case 'unknown_member':
      return 'That account does not belong to it. List its members with `ostiary organization member list`.'
    case 'unknown_role':
      return describeUnknownRole(sql, refused.role, 'member')
  }
}
