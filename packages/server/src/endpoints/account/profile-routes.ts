import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { findProfile } from '../../domain/profiles/find-profile.ts'
import { updateProfile } from '../../domain/profiles/update-profile.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsJson } from '../../platform/http/wants-json.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { sendToLogin } from '../send-to-login.ts'
import type { AccountEndpointDeps } from './account-endpoint.ts'
import { type ParsedProfile, parseProfile, profileBodySchema, textsOfProfile } from './parse-profile.ts'
import type { ProfileTexts } from './profile-fields.ts'
import { type ProfilePage, renderProfilePage } from './profile-page.ts'

/** Serves the form for what a person says of themselves, and takes it. */
export function profileRoutes(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock } = deps
  type ShowRequest = FastifyRequest<{ Querystring: { saved?: string } }>
  server.get(urls.accountProfilePath, async (request: ShowRequest, reply) => {
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    const profile = (await findProfile(database.read, session.accountId))?.profile ?? {}
    const texts = textsOfProfile(profile)
    if (wantsJson(request)) return reply.header('cache-control', 'no-store').send(texts)
    return sendPage(deps, request, reply, { texts, isSaved: request.query.saved !== undefined })
  })
  type ChangeRequest = FastifyRequest<{ Body: ProfileTexts }>
  const schema = { body: profileBodySchema }
  server.post(urls.accountProfilePath, { schema }, async (request: ChangeRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and change your profile there.')
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    const parsed = await changeProfile(deps, request)
    if (!parsed) return sendToLogin(urls, request, reply)
    if (!parsed.ok) return refuse(deps, request, reply, parsed)
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(`${urls.accountProfilePath}?saved=1`, 303) : reply.status(204).send()
  })
}

/** What is typed as it is kept already is no change. Undefined when the session has ended meanwhile, perhaps with its account. */
async function changeProfile(
  { database, urls }: AccountEndpointDeps,
  request: FastifyRequest<{ Body: ProfileTexts }>,
): Promise<ParsedProfile | undefined> {
  return database.write(async (tx) => {
    const session = await lockBrowserSession(tx, urls, request)
    if (!session) return undefined
    const { accountId } = session
    const kept = (await findProfile(tx.sql, accountId))?.profile ?? {}
    const parsed = parseProfile(request.body, kept)
    if (!parsed.ok || Object.keys(parsed.change).length === 0) return parsed
    await updateProfile(tx, await getAccount(tx.sql, accountId), parsed.change, `account:${accountId}`)
    return parsed
  })
}

function refuse(
  deps: AccountEndpointDeps,
  request: FastifyRequest<{ Body: ProfileTexts }>,
  reply: FastifyReply,
  { wrong, sentences }: Extract<ParsedProfile, { ok: false }>,
): FastifyReply {
  if (wantsPage(request)) return sendPage(deps, request, reply.status(400), { texts: request.body, wrong })
  throw new Problem({ status: 400, code: 'invalid_parameter', detail: sentences.join(' ') })
}

function sendPage(
  { urls, theme }: AccountEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: Pick<ProfilePage, 'texts' | 'wrong' | 'isSaved'>,
): FastifyReply {
  const language = choosePageLanguage(request)
  return reply.headers(pageHeaders(theme)).send(renderProfilePage({ ...shown, urls, language, theme }))
}
