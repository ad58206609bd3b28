import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { listApis } from '../../domain/apis/list-apis.ts'
import type { ActingOrganization } from '../../domain/memberships/acting-organization.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Database } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type PendingAuthorization, resumeUrl } from '../pending-authorization.ts'
import { renderConsentPage } from './consent-page.ts'
import { type OrganizationPage, renderNoOrganizationPage, renderOrganizationChoicePage } from './organization-page.ts'

export interface AskingDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly theme: Theme
}

/** A request of a client, and the session of the person that it is put to. */
export interface AskedPerson extends PendingAuthorization {
  readonly session: Session
}

/** Asks whether the client may have what it asks for. */
export async function showConsent(
  deps: AskingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedPerson & { readonly organization: ActingOrganization | undefined },
): Promise<FastifyReply> {
  const { client, organization, pending } = asked
  const { audience, scopes, redirectUri } = pending.request
  const api = (await listApis(deps.database.read)).find((known) => known.audience === audience)
  const page = renderConsentPage({
    ...(await describePerson(deps, request, asked)),
    ...{ isUnverified: client.registeredBy !== undefined, redirectUri, api, scopes, organization },
    action: deps.urls.consentPath,
  })
  return reply.headers(pageHeaders(deps.theme, [redirectUri])).send(page)
}

/** Asks for which organization the client is to act. */
export async function showOrganizationChoice(
  deps: AskingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedPerson & { readonly organizations: readonly ActingOrganization[] },
): Promise<FastifyReply> {
  const { organizations, pending } = asked
  const page = renderOrganizationChoicePage({ ...(await describePerson(deps, request, asked)), organizations })
  return reply.headers(pageHeaders(deps.theme, [pending.request.redirectUri])).send(page)
}

/** Says that the person belongs to no organization, or not to the one that the client asks for. */
export async function showNoOrganization(
  deps: AskingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedPerson & { readonly reason: 'none' | 'foreign' },
): Promise<FastifyReply> {
  const { reason, pending } = asked
  const page = renderNoOrganizationPage({ ...(await describePerson(deps, request, asked)), reason })
  return reply
    .status(403)
    .headers(pageHeaders(deps.theme, [pending.request.redirectUri]))
    .send(page)
}

async function describePerson(
  { urls, database, theme }: AskingDeps,
  request: FastifyRequest,
  { pending, client, session }: AskedPerson,
): Promise<OrganizationPage> {
  const account = await getAccount(database.read, session.accountId)
  return {
    clientName: client.name,
    username: account.username,
    accountId: account.id,
    requestId: pending.id,
    action: urls.organizationChoicePath,
    switchUrl: `${urls.loginPath}?switch=1&return_to=${encodeURIComponent(resumeUrl(urls, pending))}`,
    language: choosePageLanguage(request, pending.request.uiLocales),
    theme,
  }
}
