import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../domain/accounts/account.ts'
import { canonicalLoginName } from '../../domain/accounts/canonical-login-name.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { acceptInvitation, closeInvitation } from '../../domain/invitations/answer-invitation.ts'
import { findInvitationById, listInvitationsTo, type OpenInvitation } from '../../domain/invitations/find-invitation.ts'
import { listActingOrganizations } from '../../domain/memberships/acting-organization.ts'
import { listOrganizationRoles } from '../../domain/memberships/organization-roles.ts'
import { removeMember } from '../../domain/revocation-acts/change-membership.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { OrganizationProblem } from '../../platform/html/strings/strings.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsJson } from '../../platform/http/wants-json.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { foundOrganization } from './found-organization.ts'
import { organizationRoutes } from './organization-routes.ts'
import type { OrganizationsDeps } from './organizations-deps.ts'
import { renderOrganizationsPage } from './organizations-page.ts'
import {
  type AnswerBody,
  answerBodySchema,
  type CreateBody,
  createBodySchema,
  type LeaveBody,
  leaveBodySchema,
} from './parse-request.ts'

const HINT = 'Open your account page here and change organizations there.'

/** Serves which organizations a person belongs to: a page, the same as JSON, and what they change of it. */
export function organizationsEndpoint(server: HttpServer, deps: OrganizationsDeps): void {
  const { urls, database, clock } = deps
  const path = urls.accountOrganizationsPath
  const find = (request: FastifyRequest) => findBrowserSession(database.read, urls, request, clock.now())
  organizationRoutes(server, deps)
  server.get(path, async (request, reply) => {
    const session = await find(request)
    return session ? sendOrganizations(deps, request, reply, session) : sendToLogin(urls, request, reply)
  })
  type LeaveRequest = FastifyRequest<{ Body: LeaveBody }>
  server.post(`${path}/leave`, { schema: { body: leaveBodySchema } }, async (request: LeaveRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, HINT)
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    const { accountId } = session
    const key = { organizationId: request.body.organization, accountId }
    const left = await database.write((tx) => removeMember(tx, key, `account:${accountId}`))
    const isLast = !left.ok && left.reason === 'last_owner'
    return isLast ? refuse(deps, request, reply, session, 'last_owner') : goBack(deps, request, reply)
  })
  type AnswerRequest = FastifyRequest<{ Body: AnswerBody }>
  server.post(`${path}/answer`, { schema: { body: answerBodySchema } }, async (request: AnswerRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, HINT)
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    await database.write(async (tx) => answer(tx, await lockBrowserSession(tx, urls, request), request.body))
    return goBack(deps, request, reply)
  })
  if (!deps.mayCreate) return
  type CreateRequest = FastifyRequest<{ Body: CreateBody }>
  server.post(`${path}/create`, { schema: { body: createBodySchema } }, async (request: CreateRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, HINT)
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, path)
    const founded = await database.write(async (tx) => {
      const now = await lockBrowserSession(tx, urls, request)
      return now && foundOrganization(tx, now.accountId, request.body.name)
    })
    if (!founded) return sendToLogin(urls, request, reply)
    return founded.ok ? goBack(deps, request, reply) : refuse(deps, request, reply, session, founded.reason)
  })
}

/** Only who has proved the address answers without the link of the mail; nobody whose session has ended meanwhile. */
async function answer(
  tx: Transaction,
  session: Session | undefined,
  { invitation: id, answer: how }: AnswerBody,
): Promise<void> {
  if (!session) return
  const { accountId } = session
  const open = await findInvitationById(tx.sql, id, tx.now)
  const received = await listReceived(tx.sql, await getAccount(tx.sql, accountId), tx.now)
  if (!open || !received.some(({ invitation }) => invitation.id === id)) return
  if (how === 'accept') await acceptInvitation(tx, open.invitation, accountId)
  else await closeInvitation(tx, open.invitation, 'invitation.declined', `account:${accountId}`)
}

/** The invitations to the address that the person has proved to be theirs. */
async function listReceived(sql: Queries, account: Account, now: EpochMilliseconds): Promise<OpenInvitation[]> {
  const { email, emailVerifiedAt } = account
  return email !== undefined && emailVerifiedAt !== undefined
    ? listInvitationsTo(sql, canonicalLoginName(email), now)
    : []
}

function goBack({ urls }: OrganizationsDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('cache-control', 'no-store')
  return wantsPage(request) ? reply.redirect(urls.accountOrganizationsPath, 303) : reply.status(204).send()
}

function refuse(
  deps: OrganizationsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session,
  problem: OrganizationProblem,
): Promise<FastifyReply> {
  return sendOrganizations(deps, request, reply.status(400), session, problem)
}

async function sendOrganizations(
  { urls, database, clock, theme, mayCreate }: OrganizationsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId }: Session,
  problem?: OrganizationProblem,
): Promise<FastifyReply> {
  const organizations = await listActingOrganizations(database.read, accountId)
  const received = await listReceived(database.read, await getAccount(database.read, accountId), clock.now())
  const invitations = received.map(({ invitation: { id, roles }, organization: { name } }) => {
    return { id, organization: name, roles }
  })
  if (wantsJson(request)) {
    return reply.header('cache-control', 'no-store').send({ organizations, invitations, problem })
  }
  const roles = await listOrganizationRoles(database.read)
  const language = choosePageLanguage(request)
  const page = renderOrganizationsPage({ urls, organizations, invitations, roles, mayCreate, problem, language, theme })
  return reply.headers(pageHeaders(theme)).send(page)
}
