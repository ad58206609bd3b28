import type { FastifyReply, FastifyRequest } from 'fastify'
import { mayChangePasskeys } from '../../domain/login/may-change-factor.ts'
import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import type { RelyingParty } from '../../domain/passkeys/relying-party.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { renderDeclinedCookie } from '../offer-passkey.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { passkeyScript } from '../passkey-script.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { isFreshLogin } from '../send-to-login.ts'
import { askForPasskey } from './ask-for-passkey.ts'
import { type OfferBody, type OfferQuery, offerBodySchema, offerQuerySchema } from './parse-request.ts'
import { renderPasskeyOfferPage } from './passkey-pages.ts'
import type { PasskeysDeps } from './passkeys-deps.ts'
import { takeNewPasskey } from './take-new-passkey.ts'

type OfferPost = FastifyRequest<{ Body: OfferBody }>

/** Serves the offer of a passkey after a login with a password. Whoever it is not for goes on to where the login led. */
export function passkeyOfferRoutes(server: HttpServer, deps: PasskeysDeps, relyingParty: RelyingParty): void {
  const { urls, database, clock } = deps
  const path = urls.passkeyOfferPath
  const onward = (reply: FastifyReply, returnTo: string | undefined) =>
    reply.header('cache-control', 'no-store').redirect(returnTo ?? urls.accountPath, 303)
  const find = async (request: FastifyRequest) => {
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session || !isFreshLogin(session, clock.now())) return undefined
    return (await mayChangePasskeys(database.read, session)) ? session : undefined
  }
  server.get<{ Querystring: OfferQuery }>(
    path,
    { schema: { querystring: offerQuerySchema } },
    async (request, reply) => {
      const returnTo = parseReturnTo(request.query.return_to, urls.origin)
      const session = await find(request)
      const hasPasskey = session && (await listPasskeys(database.read, session.accountId)).length > 0
      if (!session || hasPasskey) return onward(reply, returnTo)
      return sendOffer(deps, request, reply, { relyingParty, session, returnTo, isRefused: false })
    },
  )
  server.post(path, { schema: { body: offerBodySchema } }, async (request: OfferPost, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and add a passkey there.')
    const { credential: text } = request.body
    const returnTo = parseReturnTo(request.body.return_to, urls.origin)
    const session = await find(request)
    if (!text) return onward(reply.header('set-cookie', renderDeclinedCookie(urls)), returnTo)
    if (!session || (await takeNewPasskey(deps, request, { relyingParty, session, text })))
      return onward(reply, returnTo)
    return sendOffer(deps, request, reply.status(400), { relyingParty, session, returnTo, isRefused: true })
  })
}

interface Offer {
  readonly relyingParty: RelyingParty
  readonly session: Session
  readonly returnTo: string | undefined
  /** Whether a passkey was sent and could not be taken. */
  readonly isRefused: boolean
}

async function sendOffer(
  deps: PasskeysDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { relyingParty, session, returnTo, isRefused }: Offer,
): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const page = renderPasskeyOfferPage({
    ...{ action: urls.passkeyOfferPath, returnTo, isRefused, theme },
    options: await askForPasskey(deps, relyingParty, session, 'register'),
    // Once is enough: what could not be taken would come again.
    conditional: isRefused ? undefined : await askForPasskey(deps, relyingParty, session, 'upgrade'),
    language: choosePageLanguage(request, waiting?.pending.request.uiLocales),
  })
  // Onward leads to the app that waits, and browsers hold the form to it.
  return reply.headers(pageHeaders(theme, formTargets(waiting), passkeyScript.source)).send(page)
}
