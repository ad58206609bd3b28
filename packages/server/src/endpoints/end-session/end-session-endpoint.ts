import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { findSession } from '../../domain/sessions/find-session.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { HintedIdentity } from '../../domain/tokens/issue-id-token.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { endBrowserSession } from '../end-browser-session.ts'
import { readFrontChannelParameters } from '../front-channel-parameters.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { renderEndSessionPage, renderSignedOutPage } from './end-session-page.ts'
import { type EndSessionRequest, invalidParameter, type ParseDeps, parseEndSession } from './parse-request.ts'

export interface EndSessionEndpointDeps extends ParseDeps {
  readonly urls: IssuerUrls
  readonly clock: Clock
  readonly theme: Theme
}

/** Signs a person out because an app asks for it: OpenID Connect RP-Initiated Logout 1.0. */
export function endSessionEndpoint(server: HttpServer, deps: EndSessionEndpointDeps): void {
  const { urls } = deps
  server.get(urls.endSessionPath, (request, reply) => startLogout(deps, request, reply))
  server.post(urls.endSessionPath, (request, reply) => startLogout(deps, request, reply))
  server.post(urls.endSessionConfirmationPath, (request, reply) => confirmLogout(deps, request, reply))
}

async function startLogout(
  deps: EndSessionEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  const asked = await parseEndSession(deps, readFrontChannelParameters(request))
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  // A form that another site posts comes without our cookie; the redirect brings it along (RFC 6265bis §5.2).
  if (!session && request.method === 'POST') {
    return reply.header('cache-control', 'no-store').redirect(repeatAsGet(urls, request), 303)
  }
  if (!session) return leave(deps, request, reply, asked)
  if (asked.isAddressRefused || !(await isProved(database.read, session, asked.hinted)))
    return askPerson(deps, request, reply, { asked, session })
  await endBrowserSession(deps, reply, session)
  return leave(deps, request, reply, asked)
}

async function confirmLogout(
  deps: EndSessionEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  refuseCrossOrigin(request, urls.origin, 'Open your account page here and sign out there.')
  const parameters = readFrontChannelParameters(request)
  const asked = await parseEndSession(deps, parameters)
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  // Somebody else has signed in since the page was shown: they decide for themselves.
  if (session && session.accountId !== parameters.values.account)
    return askPerson(deps, request, reply, { asked, session })
  await endBrowserSession(deps, reply, session)
  return leave(deps, request, reply, asked)
}

/** §2: whether an ID token is of this very sign-in, so that the app that shows it may end it. */
async function isProved(sql: Queries, session: Session, hinted: HintedIdentity | undefined): Promise<boolean> {
  if (hinted?.sessionId === undefined || hinted.accountId !== session.accountId) return false
  // An app's session comes from the browser's, and its ID token carries its own id.
  return (await findSession(sql, hinted.sessionId))?.parentId === session.id
}

async function askPerson(
  { urls, database, theme }: EndSessionEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { asked, session }: { readonly asked: EndSessionRequest; readonly session: Session },
): Promise<FastifyReply> {
  const { client, redirectUri, isAddressRefused, state, uiLocales } = asked
  const account = await getAccount(database.read, session.accountId)
  const page = renderEndSessionPage({
    clientName: client?.name,
    username: account.username,
    redirectUri,
    isAddressRefused,
    fields: {
      account: account.id,
      ...(client && { client_id: client.id }),
      ...(redirectUri !== undefined && { post_logout_redirect_uri: redirectUri }),
      ...(state !== undefined && { state }),
      ...(uiLocales !== undefined && { ui_locales: uiLocales }),
    },
    action: urls.endSessionConfirmationPath,
    stayPath: urls.accountPath,
    language: choosePageLanguage(request, asked.uiLocales),
    theme,
  })
  const headers = pageHeaders(theme, redirectUri === undefined ? [] : [redirectUri])
  return reply
    .status(isAddressRefused ? 400 : 200)
    .headers(headers)
    .send(page)
}

/**
 * Nobody is signed in (any more): the browser goes to the address that the app has registered, or is told so here.
 *
 * @throws Problem 400 `invalid_post_logout_redirect_uri`
 */
function leave(
  { urls, theme }: EndSessionEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: EndSessionRequest,
): FastifyReply {
  const { redirectUri, state, isAddressRefused } = asked
  if (isAddressRefused) throw unregisteredAddress()
  if (redirectUri === undefined) {
    const page = renderSignedOutPage({
      loginPath: urls.loginPath,
      language: choosePageLanguage(request, asked.uiLocales),
      theme,
    })
    return reply.headers(pageHeaders(theme)).send(page)
  }
  // §3. Appended as text, so that what is registered stays as it is, byte for byte.
  const separator = redirectUri.includes('?') ? '&' : '?'
  const answer = state === undefined ? '' : `${separator}${new URLSearchParams({ state })}`
  return reply
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .redirect(`${redirectUri}${answer}`, 303)
}

/** What a browser and whatever stands before the server take as one line. */
const LONGEST_URL = 8000

/** @throws Problem 400 `invalid_parameter` */
function repeatAsGet({ endSessionPath }: IssuerUrls, request: FastifyRequest): string {
  const url = `${endSessionPath}?${new URLSearchParams(readFrontChannelParameters(request).values as Record<string, string>)}`
  if (url.length > LONGEST_URL) throw invalidParameter('The parameters are too long together: send less.')
  return url
}

function unregisteredAddress(): Problem {
  const detail =
    'You are signed out here. The app asks to send you on to an address (post_logout_redirect_uri) that is not registered for it, so this stops here. Tell its developer.'
  return new Problem({ status: 400, code: 'invalid_post_logout_redirect_uri', detail })
}
