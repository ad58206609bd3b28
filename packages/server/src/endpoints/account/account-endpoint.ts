import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../domain/accounts/account.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import type { ApiKey } from '../../domain/api-keys/api-key.ts'
import { listApiKeys } from '../../domain/api-keys/list-api-keys.ts'
import { listApis } from '../../domain/apis/list-apis.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { listConsents, withdrawConsent } from '../../domain/consents/consents.ts'
import { findProfile } from '../../domain/profiles/find-profile.ts'
import { endOwnSessions } from '../../domain/sessions/end-own-sessions.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { useSession } from '../../domain/sessions/use-session.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsJson } from '../../platform/http/wants-json.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { passkeyScript } from '../passkey-script.ts'
import { findPasskeySignals, type PasskeySignals } from '../render-passkey-signals.ts'
import type { SecuritySection } from '../security-section.ts'
import { sendToLogin } from '../send-to-login.ts'
import { renderAccountPage } from './account-page.ts'
import { activityRoutes } from './activity-routes.ts'
import { apiKeyRoutes } from './api-key-routes.ts'
import { dataRoutes } from './data-routes.ts'
import { keepingRoutes } from './keeping-routes.ts'
import {
  type EndSessionsBody,
  endSessionsBodySchema,
  parseEndSessions,
  type WithdrawBody,
  withdrawBodySchema,
} from './parse-request.ts'
import { profileRoutes } from './profile-routes.ts'
import { renderApiKeyJson } from './render-api-key-json.ts'
import type { ShownConsent } from './render-consents.ts'
import { renderSessionJson } from './render-session-json.ts'
import { securityRoutes } from './security-routes.ts'

export interface AccountEndpointDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly theme: Theme
  /** What stands on `/account/security`, in its order. */
  readonly securitySections: readonly SecuritySection[]
  readonly sealer: Sealer
  /** How long an account that is to be deleted can still be kept. */
  readonly deletionGraceDays: number
}

/** Serves who is signed in what is theirs: a page with their sessions, the same as JSON, and the end of sessions. */
export function accountEndpoint(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock } = deps
  activityRoutes(server, deps)
  apiKeyRoutes(server, deps)
  dataRoutes(server, deps)
  keepingRoutes(server, deps)
  profileRoutes(server, deps)
  securityRoutes(server, deps)
  // Whoever opens the issuer itself in a browser.
  server.get(urls.basePath === '' ? '/' : urls.basePath, (_, reply) => reply.redirect(urls.accountPath, 303))
  server.get(urls.accountPath, async (request, reply) => {
    const now = clock.now()
    const session = await findBrowserSession(database.read, urls, request, now)
    if (!session) return sendToLogin(urls, request, reply)
    await useSession(database, session, now)
    const account = await getAccount(database.read, session.accountId)
    const name = (await findProfile(database.read, session.accountId))?.profile.name
    const sessions = await nameClients(database.read, await listSessions(database.read, session.accountId, now))
    const consents = await listShownConsents(database.read, session.accountId)
    const apiKeys = await listApiKeys(database.read, { accountId: session.accountId })
    const passkeySignals = await findPasskeySignals(database.read, urls, account)
    const shown = { account, name, sessions, apiKeys, consents, session, passkeySignals, now }
    return wantsJson(request)
      ? reply.header('cache-control', 'no-store').send(renderJson(shown))
      : sendPage(deps, request, reply, shown)
  })
  const schema = { body: endSessionsBodySchema }
  type EndRequest = FastifyRequest<{ Body: EndSessionsBody }>
  server.post(urls.accountSessionsPath, { schema }, async (request: EndRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and end sessions there.')
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    await database.write((tx) => endOwnSessions(tx, session, parseEndSessions(request.body)))
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(urls.accountPath, 303) : reply.status(204).send()
  })
  type WithdrawRequest = FastifyRequest<{ Body: WithdrawBody }>
  const withdrawing = { schema: { body: withdrawBodySchema } }
  server.post(urls.accountConsentsPath, withdrawing, async (request: WithdrawRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and withdraw access there.')
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    await database.write((tx) => withdrawConsent(tx, session.accountId, request.body.client_id))
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(urls.accountPath, 303) : reply.status(204).send()
  })
}

/** With the names of the apps that they are at. A browser's session at this server is at none. */
async function nameClients(sql: Queries, sessions: readonly Session[]): Promise<NamedSession[]> {
  const ids = new Set(sessions.filter(({ audience }) => audience !== undefined).map(({ clientId }) => clientId))
  const names = new Map<string, string>()
  for (const id of ids) names.set(id, (await findClient(sql, id))?.name ?? id)
  return sessions.map((session) => ({ ...session, clientName: session.audience && names.get(session.clientId) }))
}

/** With the names of their clients. */
async function listShownConsents(sql: Queries, accountId: string): Promise<ShownConsent[]> {
  const apis = await listApis(sql)
  const shown: ShownConsent[] = []
  for (const consent of await listConsents(sql, accountId)) {
    const client = await findClient(sql, consent.clientId)
    const api = apis.find(({ audience }) => audience === consent.audience)
    shown.push({ ...consent, clientName: client?.name ?? consent.clientId, api })
  }
  return shown
}

type NamedSession = Session & { readonly clientName: string | undefined }

interface Shown {
  readonly account: Account
  /** What the person is called. */
  readonly name: string | undefined
  readonly sessions: readonly NamedSession[]
  readonly apiKeys: readonly ApiKey[]
  readonly consents: readonly ShownConsent[]
  /** The one that the request came in. */
  readonly session: Session
  readonly passkeySignals: PasskeySignals | undefined
  readonly now: number
}

function sendPage(
  { urls, theme }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { account, name, sessions, apiKeys, consents, session, passkeySignals, now }: Shown,
): FastifyReply {
  const page = renderAccountPage({
    account: { ...account, name },
    session: { openedAt: session.createdAt },
    sessions: sessions.map((one) => ({ ...one, isCurrent: one.id === session.id })),
    apiKeys,
    consents,
    passkeySignals,
    now,
    urls,
    language: choosePageLanguage(request),
    theme,
  })
  return reply.headers(pageHeaders(theme, [], passkeySignals && passkeyScript.source)).send(page)
}

function renderJson({ account, sessions, apiKeys, consents, session }: Shown): object {
  const { id, username, email } = account
  return {
    id,
    username,
    email: email ?? null,
    sessions: sessions.map((one) => renderSessionJson(one, session.id)),
    api_keys: apiKeys.map(renderApiKeyJson),
    apps: consents.map(({ clientId, clientName, scopes, grantedAt }) => ({
      client_id: clientId,
      name: clientName,
      scopes,
      granted_at: new Date(grantedAt).toISOString(),
    })),
  }
}
