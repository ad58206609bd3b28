import type { Command } from 'commander'
import { addMember } from '../domain/memberships/add-member.ts'
import { createOrganization } from '../domain/organizations/create-organization.ts'
import { listOrganizations } from '../domain/organizations/find-organization.ts'
import type { Organization } from '../domain/organizations/organization.ts'
import { parseOrganization } from '../domain/organizations/parse-organization.ts'
import { renameOrganization, setOrganizationDisabled } from '../domain/organizations/update-organization.ts'
import { deleteOrganization, disableOrganization } from '../domain/revocation-acts/change-membership.ts'
import { OWNER_ROLE } from '../domain/roles/role.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { getAccountOption } from './get-account-option.ts'
import { getOrganizationOption } from './get-organization-option.ts'
import { organizationInvitationsCommand, organizationInviteCommand, organizationUninviteCommand } from './invitation.ts'
import { organizationMemberCommand } from './member.ts'
import { parseLimitOption } from './parse-limit-option.ts'

export function organizationCommand(): Command {
  return createGroup('organization', 'Organizations that people act for, and who belongs to them.', [
    organizationListCommand(),
    organizationCreateCommand(),
    organizationUpdateCommand(),
    organizationDeleteCommand(),
    organizationMemberCommand(),
    organizationInviteCommand(),
    organizationInvitationsCommand(),
    organizationUninviteCommand(),
  ])
}

function organizationListCommand(): Command {
  return createCommand('list', 'List organizations, the newest first.', 'ostiary organization list --limit 20')
    .option('--limit <count>', 'how many at most', '100')
    .action((options: { readonly json?: boolean; readonly limit: string }) =>
      runCommand(options, () => {
        const limit = parseLimitOption(options.limit)
        return withInstallation(async ({ database }) => {
          const organizations = await listOrganizations(database.read, limit)
          return {
            json: { organizations: organizations.map(toJson) },
            lines: organizations.length === 0 ? ['There is no organization.'] : organizations.map(toLine),
          }
        })
      }),
    )
}

interface CreateOptions {
  readonly json?: boolean
  readonly name: string
  readonly slug?: string
  readonly owner?: string
}

function organizationCreateCommand(): Command {
  return createCommand(
    'create',
    'Create an organization.',
    'ostiary organization create --name "Blue Door" --owner ada',
  )
    .requiredOption('--name <name>', 'what people see')
    .option('--slug <slug>', 'what apps may call it besides its id (default: made of the name)')
    .option('--owner <username>', 'the account that invites, removes and gives roles; user name or e-mail address')
    .action((options: CreateOptions) =>
      runCommand(options, () => withInstallation((installation) => createFromOptions(installation, options))),
    )
}

async function createFromOptions(installation: Installation, options: CreateOptions): Promise<Report> {
  const parsed = parseOrganization(options)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  const owner = options.owner === undefined ? undefined : await getAccountOption(installation, options.owner)
  const created = await installation.database.write(async (tx) => {
    const outcome = await createOrganization(tx, parsed.description, 'cli')
    if (!outcome.ok || !owner) return outcome
    const { id: organizationId } = outcome.organization
    await addMember(tx, { organizationId, accountId: owner.id, roles: [OWNER_ROLE] }, 'cli')
    return outcome
  })
  if (!created.ok) throw slugTaken()
  const { organization } = created
  const { id, name, slug } = organization
  const owned = owner === undefined ? [] : [`${owner.username} owns it.`]
  return { json: toJson(organization), lines: [`Created the organization ${name} (${slug}, ${id}).`, ...owned] }
}

interface UpdateOptions {
  readonly json?: boolean
  readonly organization: string
  readonly name?: string
  readonly slug?: string
  readonly disable?: boolean
  readonly enable?: boolean
}

function organizationUpdateCommand(): Command {
  return createCommand(
    'update',
    'Call an organization something else, or keep people from acting for it.',
    'ostiary organization update --organization blue-door --disable',
  )
    .requiredOption('--organization <id>', 'its id or slug')
    .option('--name <name>', 'what people see')
    .option('--slug <slug>', 'what apps may call it besides its id')
    .option('--disable', 'end what acts for it, and let nobody act for it')
    .option('--enable', 'let its members act for it again')
    .action((options: UpdateOptions) =>
      runCommand(options, () => withInstallation((installation) => updateFromOptions(installation, options))),
    )
}

async function updateFromOptions(installation: Installation, options: UpdateOptions): Promise<Report> {
  const { name, slug, disable = false, enable = false } = options
  if (disable && enable) throw new CommandError('invalid_option', 'Either --disable or --enable.', 2)
  const before = await getOrganizationOption(installation, options.organization)
  const parsed = parseOrganization({ name: name ?? before.name, slug: slug ?? before.slug })
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  const isRenamed = name !== undefined || slug !== undefined
  const renamed = await installation.database.write(async (tx) => {
    const outcome = isRenamed ? await renameOrganization(tx, before.id, parsed.description, 'cli') : undefined
    if (outcome?.ok === false) return outcome
    if (disable) await disableOrganization(tx, before.id, 'cli')
    if (enable) await setOrganizationDisabled(tx, before.id, false, 'cli')
    return outcome
  })
  if (renamed?.ok === false && renamed.reason === 'slug_taken') throw slugTaken()
  const organization = await getOrganizationOption(installation, before.id)
  return { json: toJson(organization), lines: [toLine(organization)] }
}

function organizationDeleteCommand(): Command {
  return createCommand(
    'delete',
    'Delete an organization with its memberships and invitations, and end what acts for it.',
    'ostiary organization delete --organization blue-door --yes',
  )
    .requiredOption('--organization <id>', 'its id or slug')
    .option('--yes', 'yes, for good')
    .action((options: { readonly json?: boolean; readonly organization: string; readonly yes?: boolean }) =>
      runCommand(options, () => {
        if (!options.yes) throw new CommandError('unconfirmed', 'It does not come back. Add --yes to delete it.', 2)
        return withInstallation(async (installation) => {
          const { id, name } = await getOrganizationOption(installation, options.organization)
          await installation.database.write((tx) => deleteOrganization(tx, id, 'cli'))
          return { json: { deleted: id }, lines: [`${name} (${id}) is deleted.`] }
        })
      }),
    )
}

function slugTaken(): CommandError {
  return new CommandError('slug_taken', 'Another organization has that slug. Choose another one with --slug.')
}

function toJson({ id, slug, name, createdAt, disabledAt }: Organization): object {
  return { id, slug, name, created_at: new Date(createdAt).toISOString(), disabled: disabledAt !== undefined }
}

function toLine({ id, slug, name, disabledAt }: Organization): string {
  return [id, slug, name, disabledAt === undefined ? '' : 'disabled'].filter(Boolean).join('  ')
}
