import type { FastifyReply, FastifyRequest } from 'fastify'
import { mayChangePasskeys } from '../../domain/login/may-change-factor.ts'
import type { RelyingParty } from '../../domain/passkeys/relying-party.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { passkeyScript } from '../passkey-script.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { sendToStepUp } from '../send-to-step-up.ts'
import { askForPasskey } from './ask-for-passkey.ts'
import { type NewPasskeyBody, newPasskeyBodySchema } from './parse-request.ts'
import { renderNewPasskeyPage } from './passkey-pages.ts'
import type { PasskeysDeps } from './passkeys-deps.ts'
import { takeNewPasskey } from './take-new-passkey.ts'

type NewPasskeyPost = FastifyRequest<{ Body: NewPasskeyBody }>

/** Serves the page that makes a passkey, and takes what was made. */
export function newPasskeyRoutes(server: HttpServer, deps: PasskeysDeps, relyingParty: RelyingParty): void {
  const { urls, database, clock } = deps
  const path = urls.accountNewPasskeyPath
  const find = (request: FastifyRequest) => findBrowserSession(database.read, urls, request, clock.now())
  server.get(path, async (request, reply) => {
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, path)
    if (!(await mayChangePasskeys(database.read, session))) return sendToStepUp(urls, request, reply, path)
    return sendForm(deps, request, reply, { relyingParty, session, isRefused: false })
  })
  server.post(path, { schema: { body: newPasskeyBodySchema } }, async (request: NewPasskeyPost, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and add a passkey there.')
    const session = await find(request)
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, path)
    if (!(await mayChangePasskeys(database.read, session))) return sendToStepUp(urls, request, reply, path)
    const isTaken = await takeNewPasskey(deps, request, { relyingParty, session, text: request.body.credential })
    if (!isTaken) return sendForm(deps, request, reply.status(400), { relyingParty, session, isRefused: true })
    return reply.header('cache-control', 'no-store').redirect(urls.accountPasskeysPath, 303)
  })
}

async function sendForm(
  deps: PasskeysDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { relyingParty, session, isRefused }: { relyingParty: RelyingParty; session: Session; isRefused: boolean },
): Promise<FastifyReply> {
  const { urls, theme } = deps
  const options = await askForPasskey(deps, relyingParty, session, 'register')
  const language = choosePageLanguage(request)
  const page = renderNewPasskeyPage({ urls, options, isRefused, language, theme })
  return reply.headers(pageHeaders(theme, [], passkeyScript.source)).send(page)
}
