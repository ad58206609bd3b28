import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CreatedApiKey, createApiKey } from '../../domain/api-keys/create-api-key.ts'
import { type ApiKeyDescription, parseApiKey } from '../../domain/api-keys/parse-api-key.ts'
import { revokeOwnApiKey } from '../../domain/api-keys/revoke-api-key.ts'
import { listOperatorsApis } from '../../domain/apis/list-apis.ts'
import { describeRefusedAccess, resolveAccess } from '../../domain/apis/resolve-access.ts'
import { findDemandOfAccess } from '../../domain/login/demand-of-access.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { needsStep } from '../needs-step.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { sendToStepUp } from '../send-to-step-up.ts'
import type { AccountEndpointDeps } from './account-endpoint.ts'
import { renderApiKeyFormPage, renderMadeApiKeyPage } from './api-key-pages.ts'
import {
  type ApiKeyBody,
  apiKeyBodySchema,
  parseApiKeyBody,
  type RevokeKeyBody,
  revokeKeyBodySchema,
} from './parse-request.ts'
import { renderApiKeyJson } from './render-api-key-json.ts'

type MakeRequest = FastifyRequest<{ Body: ApiKeyBody }>

/** Serves the form that makes an API key, makes and shows it once, and revokes one. */
export function apiKeyRoutes(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock } = deps
  const find = (request: FastifyRequest) => findBrowserSession(database.read, urls, request, clock.now())
  server.get(urls.accountApiKeysPath, async (request, reply) => {
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, urls.accountApiKeysPath)
    return sendForm(deps, request, reply)
  })
  server.post(urls.accountApiKeysPath, { schema: { body: apiKeyBodySchema } }, async (request: MakeRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and make a key there.')
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, urls.accountApiKeysPath)
    const parsed = parseApiKey(parseApiKeyBody(request.body))
    if (!parsed.ok) return refuse(deps, request, reply, parsed.sentence)
    if (await needsStepFor(deps, session, parsed.description))
      return sendToStepUp(urls, request, reply, urls.accountApiKeysPath)
    const created = await makeKey(deps, request, parsed.description)
    if (!created) return sendToLogin(urls, request, reply)
    if (!created.ok) return refuse(deps, request, reply, describeRefusal(created))
    return sendMade(deps, request, reply, created)
  })
  type RevokeRequest = FastifyRequest<{ Body: RevokeKeyBody }>
  const revoking = { schema: { body: revokeKeyBodySchema } }
  server.post(urls.accountApiKeyRevocationPath, revoking, async (request: RevokeRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and revoke keys there.')
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    await database.write((tx) => revokeOwnApiKey(tx, session.accountId, request.body.key))
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(urls.accountPath, 303) : reply.status(204).send()
  })
}

/** Whether the API of the key is only for who has proved more: the key stands for them from now on. */
async function needsStepFor(
  { database }: AccountEndpointDeps,
  session: Session,
  description: ApiKeyDescription,
): Promise<boolean> {
  const access = await resolveAccess(database.read, description)
  if (!access.ok) return false
  return needsStep(database.read, session, await findDemandOfAccess(database.read, session.accountId, access))
}

/** Undefined when the session has ended meanwhile: the key would outlive it. */
function makeKey(
  { database, urls }: AccountEndpointDeps,
  request: FastifyRequest,
  description: ApiKeyDescription,
): Promise<CreatedApiKey | undefined> {
  return database.write(async (tx) => {
    const session = await lockBrowserSession(tx, urls, request)
    if (!session) return undefined
    const { accountId } = session
    return createApiKey(tx, { accountId }, description, `account:${accountId}`)
  })
}

function describeRefusal(refused: Extract<CreatedApiKey, { ok: false }>): string {
  if (refused.reason === 'refused_access') return describeRefusedAccess(refused.refused)
  return refused.reason === 'too_many_keys'
    ? 'There are 100 keys already. Revoke some that are not used.'
    : 'This account can have no key.'
}

async function sendForm(
  { urls, database, theme }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  typed?: ApiKeyBody,
): Promise<FastifyReply> {
  const page = renderApiKeyFormPage({
    urls,
    apis: await listOperatorsApis(database.read),
    typed,
    language: choosePageLanguage(request),
    theme,
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

/** The page has a sentence of its own, in its language; a program is told what is wrong. */
function refuse(
  deps: AccountEndpointDeps,
  request: MakeRequest,
  reply: FastifyReply,
  detail: string,
): Promise<FastifyReply> {
  if (wantsPage(request)) return sendForm(deps, request, reply.status(400), request.body)
  throw new Problem({ status: 400, code: 'invalid_parameter', detail })
}

function sendMade(
  { urls, theme }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { key, text }: Extract<CreatedApiKey, { ok: true }>,
): FastifyReply {
  if (!wantsPage(request)) {
    reply.header('cache-control', 'no-store').status(201)
    return reply.send({ ...renderApiKeyJson(key), api_key: text })
  }
  const language = choosePageLanguage(request)
  const page = renderMadeApiKeyPage({ name: key.name, text, urls, language, theme })
  return reply.headers(pageHeaders(theme)).send(page)
}
