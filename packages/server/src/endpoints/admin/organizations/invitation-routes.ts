import { Type } from 'typebox'
import { closeInvitation } from '../../../domain/invitations/answer-invitation.ts'
import { findInvitationById, listInvitationsOf } from '../../../domain/invitations/find-invitation.ts'
import { type SentInvitation, sendInvitation } from '../../../domain/invitations/send-invitation.ts'
import { MOST_ROLES_OF_MEMBER } from '../../../domain/memberships/organization-roles.ts'
import type { Queries } from '../../../platform/database/database.ts'
import { chooseLanguage } from '../../../platform/html/choose-language.ts'
import { languages } from '../../../platform/html/language.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { listOf } from '../accounts/belonging-schemas.ts'
import { readEmail } from '../accounts/parse-account.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, text } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { unknownResource } from '../unknown-resource.ts'
import { organizationParams } from './organization-params.ts'
import { refusedRoles } from './organization-problems.ts'
import { invitationSchema, renderInvitation } from './organization-schemas.ts'
import { readOrganization } from './read-organization.ts'

const list = adminRoute({
  name: 'listInvitations',
  method: 'GET',
  path: '/organizations/{organization_id}/invitations',
  permission: 'organizations:read',
  summary: 'List the open invitations of an organization, the oldest first',
  description: 'There are 500 at most.',
  params: organizationParams,
  answer: { status: 200, schema: listOf(invitationSchema, 'InvitationList') },
  async act({ deps: { database, clock }, params }) {
    const { id } = await readOrganization(database.read, params.organization_id)
    return { body: { items: (await listInvitationsOf(database.read, id, clock.now())).map(renderInvitation) } }
  },
})

const send = adminRoute({
  name: 'sendInvitation',
  method: 'POST',
  path: '/organizations/{organization_id}/invitations',
  permission: 'organizations:write',
  summary: 'Invite an address to an organization by mail',
  description: 'One that is invited already gets another mail, with the roles of now.',
  params: organizationParams,
  body: closed({
    email: text('Where the mail goes.', { longest: 320 }),
    roles: Type.Optional(
      Type.Array(text('A role for organizations.', { longest: 64 }), { maxItems: MOST_ROLES_OF_MEMBER }),
    ),
    language: Type.Optional(Type.Enum([...languages], { description: 'Of the mail. Default: by Accept-Language.' })),
  }),
  answer: { status: 201, schema: invitationSchema },
  isIdempotent: true,
  problems: [
    'unknown_role',
    'too_many_roles',
    'too_soon',
    'too_many_mails',
    'too_many_invitations',
    'organization_disabled',
  ],
  async act(call) {
    const { deps, params, body, caller, request } = call
    const email = readEmail(body.email)
    const { id: organizationId } = await readOrganization(deps.database.read, params.organization_id)
    const language = chooseLanguage(body.language ?? request.headers['accept-language'])
    const wanted = { organizationId, email, roles: body.roles ?? [], language, actor: caller.actor }
    const { sealer, urls } = deps
    return answerOnce(call, 201, () => async (tx) => {
      const sent = await sendInvitation(tx, { sealer, invitationUrl: urls.invitationUrl }, wanted)
      if (!sent.ok) throw await refusedInvitation(tx.sql, sent)
      return { body: renderInvitation(sent.invitation) }
    })
  },
})

const sendingProblems = {
  too_soon: { code: 'too_soon', detail: 'An invitation went to that address within the last minute.' },
  too_many_mails: { code: 'too_many_mails', detail: 'Ten invitations went to that address within a day.' },
  too_many_invitations: { code: 'too_many_invitations', detail: 'The organization has 500 open invitations.' },
} as const

async function refusedInvitation(sql: Queries, refused: Exclude<SentInvitation, { ok: true }>): Promise<Problem> {
  if (refused.reason === 'unknown_role' || refused.reason === 'too_many_roles') return refusedRoles(sql, refused)
  if (refused.reason === 'unknown_organization') {
    const detail = 'The organization is disabled: nobody can join it.'
    return new Problem({ status: 409, code: 'organization_disabled', detail })
  }
  return new Problem({ status: 409, ...sendingProblems[refused.reason] })
}

const revoke = adminRoute({
  name: 'revokeInvitation',
  method: 'DELETE',
  path: '/organizations/{organization_id}/invitations/{invitation_id}',
  permission: 'organizations:write',
  summary: 'Take an invitation back: its link leads nowhere',
  params: closed({
    organization_id: text('The organization’s id or slug.', { longest: 64 }),
    invitation_id: text('The invitation’s id.', { longest: 64 }),
  }),
  answer: { status: 204 },
  async act({ deps: { database, clock }, params, caller }) {
    const { id } = await readOrganization(database.read, params.organization_id)
    const open = await findInvitationById(database.read, params.invitation_id, clock.now())
    if (open?.invitation.organizationId !== id) throw unknownResource('invitation')
    const { invitation } = open
    const isClosed = await database.write((tx) => closeInvitation(tx, invitation, 'invitation.revoked', caller.actor))
    if (!isClosed) throw unknownResource('invitation')
    return {}
  },
})

export const invitationRoutes: readonly AdminRoute[] = [list, send, revoke]
