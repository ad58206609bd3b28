import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { canonicalLoginName } from '../../domain/accounts/canonical-login-name.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import {
  countDeletionEffects,
  type RequestedDeletion,
  requestDeletion,
} from '../../domain/personal-data/request-deletion.ts'
import { writeExport } from '../../domain/personal-data/write-export.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsJson } from '../../platform/http/wants-json.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { describeDoer } from '../describe-doer.ts'
import { noticeDeps } from '../notice-deps.ts'
import { removeOwnCookie } from '../own-cookies.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import type { AccountEndpointDeps } from './account-endpoint.ts'
import { renderDataPage, renderDeletionPage } from './data-page.ts'
import { renderDeletionNoticePage } from './keeping-page.ts'
import { type DeleteBody, deleteBodySchema } from './parse-request.ts'

const DAY_MS = 86_400_000

type DeleteRequest = FastifyRequest<{ Body: DeleteBody }>

/** Serves what a person can do with all that is kept of them: they have it as a file, or have it deleted. */
export function dataRoutes(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock, theme } = deps
  const find = (request: FastifyRequest) => findBrowserSession(database.read, urls, request, clock.now())
  server.get(urls.accountDataPath, async (request, reply) => {
    if (!(await find(request))) return sendToLogin(urls, request, reply)
    const language = choosePageLanguage(request)
    return reply.headers(pageHeaders(theme)).send(renderDataPage({ urls, language, theme }))
  })
  server.post(urls.accountExportPath, async (request, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and export your data there.')
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, urls.accountDataPath)
    return sendExport(deps, request, reply, session)
  })
  server.get(urls.accountDeletionPath, async (request, reply) => {
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, urls.accountDeletionPath)
    return sendDeletionForm(deps, request, reply, session)
  })
  const schema = { body: deleteBodySchema }
  server.post(urls.accountDeletionPath, { schema }, async (request: DeleteRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and delete your account there.')
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, urls.accountDeletionPath)
    const { username } = await getAccount(database.read, session.accountId)
    if (canonicalLoginName(request.body.username) !== canonicalLoginName(username))
      return refuseName(deps, request, reply, session)
    const requested = await requestInTransaction(deps, request)
    // It ended meanwhile, perhaps by the same form sent twice.
    if (!requested?.ok) return sendToLogin(urls, request, reply)
    return sendRequested(deps, request, reply, requested)
  })
}

/** Audited before the first byte: what may have been read was. */
async function sendExport(
  { urls, database, clock }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId, id: sessionId }: Session,
): Promise<FastifyReply> {
  const network = parseNetwork(request.ip)
  const actor = `account:${accountId}` as const
  await database.write((tx) =>
    recordAuditEvent(tx, { act: 'account.data_exported', actor, outcome: 'done', accountId, sessionId, network }),
  )
  const now = clock.now()
  const day = new Date(now).toISOString().slice(0, 10)
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="account-${day}.json"`)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(Readable.from(writeExport(database.read, accountId, { issuer: urls.issuer, now })))
}

async function sendDeletionForm(
  { urls, database, clock, theme, deletionGraceDays }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId }: Session,
  typed?: string,
): Promise<FastifyReply> {
  const now = clock.now()
  const effects = await countDeletionEffects(database.read, accountId, now)
  const deleteAfter = now + deletionGraceDays * DAY_MS
  if (wantsJson(request)) {
    const { sessions, apiKeys, apps } = effects
    const json = { sessions, api_keys: apiKeys, apps, delete_after: new Date(deleteAfter).toISOString() }
    return reply.header('cache-control', 'no-store').send(json)
  }
  const { username } = await getAccount(database.read, accountId)
  const language = choosePageLanguage(request)
  const page = renderDeletionPage({ urls, username, effects, now, deleteAfter, typed, language, theme })
  return reply.headers(pageHeaders(theme)).send(page)
}

function refuseName(
  deps: AccountEndpointDeps,
  request: DeleteRequest,
  reply: FastifyReply,
  session: Session,
): Promise<FastifyReply> {
  if (wantsPage(request)) return sendDeletionForm(deps, request, reply.status(400), session, request.body.username)
  const detail = 'username is not the user name of this account: it confirms that the account is to be deleted.'
  throw new Problem({ status: 400, code: 'invalid_parameter', detail })
}

/** Undefined when the session has ended meanwhile. */
async function requestInTransaction(
  deps: AccountEndpointDeps,
  request: DeleteRequest,
): Promise<RequestedDeletion | undefined> {
  const { urls, database, deletionGraceDays: graceDays } = deps
  return database.write(async (tx) => {
    const session = await lockBrowserSession(tx, urls, request)
    if (!session) return undefined
    const { accountId } = session
    const told = { notices: noticeDeps(deps), doer: describeDoer(request) }
    return requestDeletion(tx, { accountId, actor: `account:${accountId}`, told, graceDays })
  })
}

function sendRequested(
  { urls, theme, deletionGraceDays }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { deleteAfter }: Extract<RequestedDeletion, { ok: true }>,
): FastifyReply {
  reply.header('set-cookie', removeOwnCookie(urls, 'session'))
  if (!wantsPage(request))
    return reply.header('cache-control', 'no-store').send({ delete_after: new Date(deleteAfter).toISOString() })
  const language = choosePageLanguage(request)
  const kept = deletionGraceDays === 0 ? {} : { deleteAfter }
  return reply.headers(pageHeaders(theme)).send(renderDeletionNoticePage({ ...kept, urls, language, theme }))
}
