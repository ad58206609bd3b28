import type { FastifyReply, FastifyRequest } from 'fastify'
import { parseEmail } from '../../domain/accounts/parse-email.ts'
import { closeInvitation } from '../../domain/invitations/answer-invitation.ts'
import { findInvitationById } from '../../domain/invitations/find-invitation.ts'
import { sendInvitation } from '../../domain/invitations/send-invitation.ts'
import { listOrganizationRoles } from '../../domain/memberships/organization-roles.ts'
import { changeMemberRoles, removeMember } from '../../domain/revocation-acts/change-membership.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { OrganizationProblem } from '../../platform/html/strings/strings.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { actAsOwner, type OwnerAct } from './act-as-owner.ts'
import type { OrganizationsDeps } from './organizations-deps.ts'
import {
  type InvitationActBody,
  type InviteBody,
  invitationActBodySchema,
  inviteBodySchema,
  type MemberActBody,
  memberActBodySchema,
  type OrganizationParams,
  parseRoles,
} from './parse-request.ts'
import { notThere, sendOrganization } from './send-organization.ts'

type Params = { Params: OrganizationParams }

/** Serves one organization to its members, and takes what its owners change. */
export function organizationRoutes(server: HttpServer, deps: OrganizationsDeps): void {
  const { urls, database, clock } = deps
  const path = `${urls.accountOrganizationsPath}/:organization`
  server.get<Params>(path, async (request, reply) => {
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    return session ? sendOrganization(deps, request, reply, session) : sendToLogin(urls, request, reply)
  })
  server.post<Params & { Body: InviteBody }>(
    `${path}/invite`,
    { schema: { body: inviteBodySchema } },
    (request, reply) => take(deps, request, reply, (tx, act) => invite(deps, tx, act, request), request.body.email),
  )
  server.post<Params & { Body: InvitationActBody }>(
    `${path}/invitations`,
    { schema: { body: invitationActBodySchema } },
    (request, reply) => take(deps, request, reply, (tx, act) => changeInvitation(deps, tx, act, request)),
  )
  server.post<Params & { Body: MemberActBody }>(
    `${path}/members`,
    { schema: { body: memberActBodySchema } },
    (request, reply) => take(deps, request, reply, (tx, act) => changeMember(tx, act, request.body)),
  )
}

/** Undefined: it is done. */
type Outcome = OrganizationProblem | undefined

/** What is asked of an owner who has signed in lately; the page again, with one sentence, where it could not be done. */
async function take(
  deps: OrganizationsDeps,
  request: FastifyRequest<Params>,
  reply: FastifyReply,
  act: (tx: Transaction, owner: OwnerAct) => Promise<Outcome>,
  typed?: string,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  refuseCrossOrigin(request, urls.origin, 'Open your account page here and change organizations there.')
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  if (!session) return sendToLogin(urls, request, reply)
  const path = `${urls.accountOrganizationsPath}/${encodeURIComponent(request.params.organization)}`
  if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, path)
  const done = await actAsOwner(deps, request, act)
  if (!done.ok) throw notThere()
  if (done.outcome !== undefined && wantsPage(request)) {
    return sendOrganization(deps, request, reply.status(400), session, { problem: done.outcome, typed })
  }
  if (done.outcome !== undefined)
    throw new Problem({ status: 400, code: 'invalid_parameter', detail: `It could not be done: ${done.outcome}.` })
  reply.header('cache-control', 'no-store')
  return wantsPage(request) ? reply.redirect(path, 303) : reply.status(204).send()
}

async function invite(
  { sealer, urls }: OrganizationsDeps,
  tx: Transaction,
  { organizationId, actor }: OwnerAct,
  request: FastifyRequest<{ Body: InviteBody }>,
): Promise<Outcome> {
  const parsed = parseEmail(request.body.email.trim())
  if (!parsed.ok) return 'not_an_email'
  const roles = parseRoles(request.body, await listOrganizationRoles(tx.sql))
  const language = choosePageLanguage(request)
  const wanted = { organizationId, email: parsed.email, roles, language, actor }
  return problemOf(await sendInvitation(tx, { sealer, invitationUrl: urls.invitationUrl }, wanted))
}

async function changeInvitation(
  { sealer, urls }: OrganizationsDeps,
  tx: Transaction,
  { organizationId, actor }: OwnerAct,
  request: FastifyRequest<{ Body: InvitationActBody }>,
): Promise<Outcome> {
  const open = await findInvitationById(tx.sql, request.body.invitation, tx.now)
  if (open?.organization.id !== organizationId) return undefined
  const { invitation } = open
  if (request.body.act === 'revoke') {
    await closeInvitation(tx, invitation, 'invitation.revoked', actor)
    return undefined
  }
  const email = parseEmail(invitation.email)
  if (!email.ok) return 'not_an_email'
  const language = choosePageLanguage(request)
  const wanted = { organizationId, email: email.email, roles: invitation.roles, language, actor }
  return problemOf(await sendInvitation(tx, { sealer, invitationUrl: urls.invitationUrl }, wanted))
}

function problemOf(sent: Awaited<ReturnType<typeof sendInvitation>>): Outcome {
  // Roles come from the list of those that there are, so one that is missing was deleted at this very moment.
  if (sent.ok || sent.reason === 'unknown_organization' || sent.reason === 'unknown_role') return undefined
  return sent.reason
}

async function changeMember(
  tx: Transaction,
  { organizationId, actor }: OwnerAct,
  body: MemberActBody,
): Promise<Outcome> {
  const key = { organizationId, accountId: body.member }
  const roles = parseRoles(body, await listOrganizationRoles(tx.sql))
  const changed = await (body.act === 'remove'
    ? removeMember(tx, key, actor)
    : changeMemberRoles(tx, key, roles, actor))
  if (changed.ok || changed.reason === 'unknown_member' || changed.reason === 'unknown_role') return undefined
  return changed.reason
}
