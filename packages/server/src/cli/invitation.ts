import { type Command, Option } from 'commander'
import { parseEmail } from '../domain/accounts/parse-email.ts'
import { closeInvitation } from '../domain/invitations/answer-invitation.ts'
import { findInvitationById, listInvitationsOf } from '../domain/invitations/find-invitation.ts'
import type { Invitation } from '../domain/invitations/invitation.ts'
import { type SentInvitation, sendInvitation } from '../domain/invitations/send-invitation.ts'
import type { Installation } from '../installation.ts'
import { type Language, languages } from '../platform/html/language.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { getOrganizationOption } from './get-organization-option.ts'
import { refuseMember } from './member.ts'

interface InviteOptions {
  readonly json?: boolean
  readonly organization: string
  readonly email: string
  readonly role?: readonly string[]
  readonly language: Language
}

export function organizationInviteCommand(): Command {
  return createCommand(
    'invite',
    'Ask somebody by mail to join an organization. An address that is invited already gets another mail.',
    'ostiary organization invite --organization blue-door --email bob@example.com --role editor',
  )
    .requiredOption('--organization <id>', 'its id or slug')
    .requiredOption('--email <address>', 'where the mail goes')
    .option('--role <role...>', 'a role within the organization; may be repeated')
    .addOption(new Option('--language <language>', 'of the mail').choices(languages).default('en'))
    .action((options: InviteOptions) =>
      runCommand(options, () => withInstallation((installation) => inviteFromOptions(installation, options))),
    )
}

async function inviteFromOptions(installation: Installation, options: InviteOptions): Promise<Report> {
  const { language } = options
  const email = parseEmail(options.email)
  if (!email.ok) throw new CommandError('invalid_option', email.sentence, 2)
  const { id: organizationId, name } = await getOrganizationOption(installation, options.organization)
  const deps = { ...installation, invitationUrl: `${installation.config.issuer.replace(/\/$/, '')}/invitation` }
  const wanted = { organizationId, email: email.email, roles: options.role ?? [], language, actor: 'cli' } as const
  const sent = await installation.database.write((tx) => sendInvitation(tx, deps, wanted))
  if (!sent.ok) throw await refuseInvitation(installation, sent)
  const { invitation } = sent
  return { json: toJson(invitation), lines: [`${invitation.email} is invited to ${name} (${invitation.id}).`] }
}

type RefusedInvitation = Extract<SentInvitation, { ok: false }>

async function refuseInvitation({ database }: Installation, refused: RefusedInvitation): Promise<CommandError> {
  if (refused.reason === 'unknown_role' || refused.reason === 'too_many_roles')
    return refuseMember(database.read, refused)
  return new CommandError(refused.reason, sentences[refused.reason])
}

const sentences: Readonly<Record<Exclude<RefusedInvitation['reason'], 'unknown_role' | 'too_many_roles'>, string>> = {
  unknown_organization: 'The organization is disabled, or was deleted meanwhile.',
  too_soon: 'That address got a mail within the last minute. Wait a little.',
  too_many_mails: 'That address got ten mails today. Try again tomorrow.',
  too_many_invitations: 'There are 500 open invitations already. Revoke some.',
}

export function organizationInvitationsCommand(): Command {
  return createCommand(
    'invitations',
    'List the open invitations of an organization.',
    'ostiary organization invitations --organization blue-door',
  )
    .requiredOption('--organization <id>', 'its id or slug')
    .action((options: { readonly json?: boolean; readonly organization: string }) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          const { id } = await getOrganizationOption(installation, options.organization)
          const open = await listInvitationsOf(installation.database.read, id, installation.clock.now())
          return {
            json: { invitations: open.map(toJson) },
            lines: open.length === 0 ? ['There is no open invitation.'] : open.map(toLine),
          }
        }),
      ),
    )
}

export function organizationUninviteCommand(): Command {
  return createCommand(
    'uninvite',
    'Take an invitation back: its link leads nowhere.',
    'ostiary organization uninvite jLPo0mTzYtYk8U2nJm0V3w',
  )
    .argument('<id>', 'the invitation, as `ostiary organization invitations` shows it')
    .action((id: string, options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => {
          const isRevoked = await database.write(async (tx) => {
            const open = await findInvitationById(tx.sql, id, tx.now)
            return open !== undefined && closeInvitation(tx, open.invitation, 'invitation.revoked', 'cli')
          })
          if (!isRevoked) throw new CommandError('unknown_invitation', 'There is no open invitation of that id.')
          return { json: { revoked: id }, lines: [`${id} leads nowhere any more.`] }
        }),
      ),
    )
}

function toJson({ id, organizationId, email, roles, sentAt, expiresAt }: Invitation): object {
  return {
    id,
    organization: organizationId,
    email,
    roles,
    sent_at: new Date(sentAt).toISOString(),
    expires_at: new Date(expiresAt).toISOString(),
  }
}

function toLine({ id, email, roles, expiresAt }: Invitation): string {
  return [id, email, roles.join(','), `until ${new Date(expiresAt).toISOString()}`].filter(Boolean).join('  ')
}
