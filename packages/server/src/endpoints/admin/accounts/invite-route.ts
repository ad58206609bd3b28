import { Type } from 'typebox'
import { MOST_ROLES_OF_ACCOUNT } from '../../../domain/accounts/change-role.ts'
import { findAccountByLoginName } from '../../../domain/accounts/find-account-by-login-name.ts'
import { INVITATION_DAYS, issueInvitation } from '../../../domain/email-challenges/issue-invitation.ts'
import { lockRole } from '../../../domain/roles/lock-role.ts'
import { chooseLanguage } from '../../../platform/html/choose-language.ts'
import { languages } from '../../../platform/html/language.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, nullable, renderTime, text, time } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { requireGivable, unknownRole } from './create-account-route.ts'
import { readEmail, taken } from './parse-account.ts'

export const inviteRoute: AdminRoute = adminRoute({
  name: 'inviteAccount',
  method: 'POST',
  path: '/accounts/invitations',
  permission: 'accounts:write',
  summary: 'Invite somebody to open an account',
  description: `A mail with a link that is good once, for ${INVITATION_DAYS} days; where no mail is sent, the link to hand over, and the address counts as not verified. Roles need \`roles:write\` as well, permit nothing that you may not do yourself, and are given only if you may still give them when the account is opened; a program gives none.`,
  body: closed({
    email: text('Who is invited; the address that the account has.', { longest: 320 }),
    roles: Type.Optional(Type.Array(text('A declared role.', { longest: 64 }), { maxItems: MOST_ROLES_OF_ACCOUNT })),
    language: Type.Optional(Type.Enum([...languages], { description: 'Of the mail. Default: by Accept-Language.' })),
  }),
  answer: {
    status: 201,
    schema: closed(
      {
        email: Type.String(),
        roles: Type.Array(Type.String()),
        expires_at: time('Until when the link is good.'),
        link: nullable(Type.String({ description: 'Where no mail is sent; shown once. Null: it went by mail.' })),
      },
      'AccountInvitation',
    ),
  },
  isIdempotent: true,
  problems: ['sign_up_closed', 'email_taken', 'unknown_role', 'privilege_exceeded', 'person_required'],
  async act(call) {
    const { deps, caller, body, request } = call
    if (!deps.acceptsInvitations) throw signUpClosed()
    const email = readEmail(body.email)
    const roles = [...new Set(body.roles ?? [])]
    if (roles.length > 0 && caller.accountId === undefined) throw personRequired()
    const language = chooseLanguage(body.language ?? request.headers['accept-language'])
    const isHandedOver = !deps.sendsMails
    const { signUpAccountUrl: linkUrl } = deps.urls
    const { accountId: invitedBy, actor } = caller
    return answerOnce(call, 201, () => async (tx) => {
      for (const role of roles.toSorted()) if (!(await lockRole(tx, role))) throw await unknownRole(tx.sql, role)
      await requireGivable(tx.sql, caller, roles)
      if ((await findAccountByLoginName(tx.sql, email.text)) !== undefined) throw taken('email')
      const asked = { email, roles, linkUrl, language, isHandedOver, invitedBy, actor }
      const { url, expiresAt } = await issueInvitation(tx, deps.sealer, asked)
      const shown = { email: email.text, roles, expires_at: renderTime(expiresAt) }
      return isHandedOver ? { body: { ...shown, link: url }, once: { link: url } } : { body: { ...shown, link: null } }
    })
  },
})

function signUpClosed(): Problem {
  const detail = 'Nobody can accept it: OSTIARY_SIGN_UP is closed.'
  return new Problem({ status: 409, code: 'sign_up_closed', detail })
}

function personRequired(): Problem {
  const detail = 'A person invites to a role, with a token of their own; a program never does.'
  return new Problem({ status: 403, code: 'person_required', detail })
}
