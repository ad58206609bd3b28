import type { FastifyReply, FastifyRequest } from 'fastify'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { endPresentedSession } from '../../domain/sessions/end-presented-session.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { describeInvalidParameter } from '../../platform/http/describe-invalid-parameter.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { findPendingAuthorization, isFreshEnough } from '../pending-authorization.ts'
import { findRefreshCookie, renderRefreshCookie } from '../refresh-cookie.ts'
import { verifyCookieToken } from '../verify-cookie-token.ts'
import { withReturnTo } from '../with-return-to.ts'
import { renderContinuePage } from './continue-page.ts'
import { logInBrowser } from './log-in-browser.ts'
import { logInPasskey } from './log-in-passkey.ts'
import { logInProgram } from './log-in-program.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import {
  type LoginBody,
  type LoginQuery,
  loginBodySchema,
  loginQuerySchema,
  type PasskeyBody,
  parseLoginRequest,
  passkeyBodySchema,
} from './parse-request.ts'
import { showLoginPage } from './show-login-page.ts'

/** Serves the login page, and takes user name and password: from a browser for a cookie, from a program for a token. */
export function loginEndpoint(server: HttpServer, deps: LoginEndpointDeps): void {
  const { urls } = deps

  server.get<{ Querystring: LoginQuery }>(
    urls.loginPath,
    { schema: { querystring: loginQuerySchema } },
    async (request, reply) => {
      const returnTo = parseReturnTo(request.query.return_to, urls.origin)
      const now = deps.clock.now()
      const session = await findBrowserSession(deps.database.read, urls, request, now)
      const waiting = await findPendingAuthorization(deps.database.read, urls, returnTo, now)
      // An app may ask for a person to prove once more who they are.
      const isFresh = session && (!waiting || isFreshEnough(waiting.pending, session, now))
      const asksForAnother = request.query.switch !== undefined
      const isAsked = asksForAnother || request.query.anew !== undefined
      if (isFresh && !isAsked) return reply.redirect(returnTo ?? urls.accountPath, 303)
      const { loginHint, hintedAccountId = session?.accountId } = waiting?.pending.request ?? {}
      // Who only proves once more who they are need not type it.
      const isAnew = !asksForAnother && session !== undefined && session.accountId === hintedAccountId
      const known = isAnew ? await findAccount(deps.database.read, session.accountId) : undefined
      return showLoginPage(deps, request, reply, { returnTo, username: loginHint ?? known?.username, isAnew, waiting })
    },
  )

  server.get<{ Querystring: LoginQuery }>(
    urls.loginContinuePath,
    { schema: { querystring: loginQuerySchema } },
    (request, reply) => showContinuePage(deps, request, reply),
  )

  server.post<{ Body: LoginBody }>(
    urls.loginPath,
    { config: { importance: 'hashing' }, schema: { body: loginBodySchema }, attachValidation: true },
    async (request, reply) => {
      refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
      return wantsPage(request) ? logInBrowser(deps, request, reply) : answerProgram(deps, request, reply)
    },
  )

  const { relyingParty } = urls
  if (!relyingParty) return
  type PasskeyPost = FastifyRequest<{ Body: PasskeyBody }>
  const schema = { body: passkeyBodySchema }
  server.post(urls.loginPasskeyPath, { schema }, async (request: PasskeyPost, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
    return logInPasskey(deps, request, reply, relyingParty)
  })
}

/** After a link in a mail: whether what waits goes on here or elsewhere is for the person to say. */
async function showContinuePage(
  { urls, database, clock, theme }: LoginEndpointDeps,
  request: FastifyRequest<{ Querystring: LoginQuery }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const url = parseReturnTo(request.query.return_to, urls.origin) ?? urls.accountPath
  const now = clock.now()
  reply.header('cache-control', 'no-store')
  if (!(await findBrowserSession(database.read, urls, request, now)))
    return reply.redirect(withReturnTo(urls.loginPath, url), 303)
  const waiting = await findPendingAuthorization(database.read, urls, url, now)
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  return reply.headers(pageHeaders(theme)).send(renderContinuePage({ url, language, theme }))
}

async function answerProgram(
  deps: LoginEndpointDeps,
  request: FastifyRequest<{ Body: LoginBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (request.validationError) {
    const detail = describeInvalidParameter(request.validationError.validation[0])
    throw new Problem({ status: 400, code: 'invalid_parameter', detail })
  }
  const asked = parseLoginRequest(request.body)
  const login = await logInProgram(deps, asked, {
    request,
    signal: abortWhenGone(reply),
  })
  deps.countLogin(login.ok ? 'succeeded' : login.outcome)
  if (!login.ok) throw login.problem
  deps.countToken(login.algorithm, 'password')
  // RFC 6749 §5.1: nobody on the way keeps a token.
  reply.header('cache-control', 'no-store')
  if (asked.refreshIn === 'body') return reply.send({ ...login.answer, refresh_token: login.refreshToken })
  await endReplaced(deps, request)
  const { idleMilliseconds } = login.session
  return reply
    .header('set-cookie', renderRefreshCookie(deps.urls, login.refreshToken, idleMilliseconds))
    .send(login.answer)
}

/** The cookie holds one session: nobody could refresh or end the one that it held until now. */
async function endReplaced(deps: LoginEndpointDeps, request: FastifyRequest): Promise<void> {
  const token = findRefreshCookie(request, deps.urls)
  const before = token === undefined ? undefined : await verifyCookieToken(deps, token)
  if (before) await deps.database.write((tx) => endPresentedSession(tx, before), { isRepeatable: true })
}
