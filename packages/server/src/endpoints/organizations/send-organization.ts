import type { FastifyReply, FastifyRequest } from 'fastify'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { listInvitationsOf } from '../../domain/invitations/find-invitation.ts'
import { type ActingOrganization, findActingOrganization } from '../../domain/memberships/acting-organization.ts'
import { listMembers } from '../../domain/memberships/find-membership.ts'
import { isOwner } from '../../domain/memberships/membership.ts'
import { listOrganizationRoles } from '../../domain/memberships/organization-roles.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { OrganizationProblem } from '../../platform/html/strings/strings.ts'
import { Problem } from '../../platform/http/problem.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { type OwnedOrganization, renderOrganizationPage, type ShownMember } from './organization-page.ts'
import type { OrganizationsDeps } from './organizations-deps.ts'
import type { OrganizationParams } from './parse-request.ts'

/** Answers with the page of one organization. @throws Problem 404 `not_found` to who does not belong to it, as where there is none. */
export async function sendOrganization(
  deps: OrganizationsDeps,
  request: FastifyRequest<{ Params: OrganizationParams }>,
  reply: FastifyReply,
  { accountId }: Session,
  { problem, typed }: { readonly problem?: OrganizationProblem; readonly typed?: string | undefined } = {},
): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const organization = await findActingOrganization(database.read, accountId, request.params.organization)
  if (!organization) throw notThere()
  const page = renderOrganizationPage({
    urls,
    organization,
    roles: await listOrganizationRoles(database.read),
    owned: isOwner(organization) ? { ...(await loadOwned(deps, organization, accountId)), typed } : undefined,
    problem,
    now: clock.now(),
    language: choosePageLanguage(request),
    theme,
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

async function loadOwned(
  { database: { read }, clock }: OrganizationsDeps,
  { id }: ActingOrganization,
  ownId: string,
): Promise<OwnedOrganization> {
  const members: ShownMember[] = []
  for (const member of await listMembers(read, id)) {
    const username = (await findAccount(read, member.accountId))?.username ?? ''
    members.push({ ...member, username, isYou: member.accountId === ownId })
  }
  return { members, invitations: await listInvitationsOf(read, id, clock.now()) }
}

export function notThere(): Problem {
  return new Problem({ status: 404, code: 'not_found', detail: 'There is no such organization that is yours.' })
}
