import { type Command, Option } from 'commander'
import { findAccountByLoginName } from '../domain/accounts/find-account-by-login-name.ts'
import { parseEmail } from '../domain/accounts/parse-email.ts'
import { INVITATION_DAYS, issueInvitation } from '../domain/email-challenges/issue-invitation.ts'
import { describeUnknownRole } from '../domain/roles/list-roles.ts'
import { lockRole } from '../domain/roles/lock-role.ts'
import type { Installation } from '../installation.ts'
import { type Language, languages } from '../platform/html/language.ts'
import { invitationUrl } from '../server.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { parseRoleOption } from './role.ts'

interface InviteOptions {
  readonly json?: boolean
  readonly email: string
  readonly role?: readonly string[]
  readonly language: Language
  readonly printLink?: boolean
}

export function accountInviteCommand(): Command {
  return createCommand(
    'invite',
    `Invite somebody to open an account: a mail with a link that is good once, for ${INVITATION_DAYS} days.`,
    'ostiary account invite --email ada@example.com --role editor --language en',
  )
    .requiredOption('--email <address>', 'the address that is invited, and that the account will have')
    .option('--role <role...>', 'a declared role that the account gets; may be repeated')
    .addOption(new Option('--language <language>', 'of the mail').choices(languages).default('en'))
    .option('--print-link', 'send no mail and print the link, to be handed over; the address then counts as unverified')
    .action((options: InviteOptions) =>
      runCommand(options, () => withInstallation((installation) => invite(installation, options))),
    )
}

async function invite(installation: Installation, options: InviteOptions): Promise<Report> {
  const { database, sealer, config } = installation
  if (config.signUp === 'closed')
    throw new CommandError('sign_up_closed', 'Nobody can accept it: OSTIARY_SIGN_UP is closed.')
  const email = parseEmail(options.email)
  if (!email.ok) throw new CommandError('invalid_option', email.sentence, 2)
  if (await findAccountByLoginName(database.read, options.email))
    throw new CommandError('email_taken', `${options.email} has an account already.`)
  const roles = (options.role ?? []).map(parseRoleOption)
  const isHandedOver = options.printLink === true
  const linkUrl = invitationUrl(config.issuer)
  const { language } = options
  const outcome = await database.write(async (tx) => {
    for (const role of roles) if (!(await lockRole(tx, role))) return { unknownRole: role }
    const asked = { email: email.email, roles, linkUrl, language, isHandedOver, actor: 'cli' } as const
    return { url: (await issueInvitation(tx, sealer, asked)).url }
  })
  if (outcome.unknownRole !== undefined)
    throw new CommandError('unknown_role', await describeUnknownRole(database.read, outcome.unknownRole))
  if (!isHandedOver)
    return { json: { email: options.email, mailed: true }, lines: [`An invitation goes to ${options.email}.`] }
  return {
    json: { email: options.email, mailed: false, link: outcome.url },
    lines: [`Hand this link over; it is good once, for ${INVITATION_DAYS} days: ${outcome.url}`],
  }
}
