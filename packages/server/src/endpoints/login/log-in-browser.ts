import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { admitLogin, type LoginAdmission } from '../../domain/login/admit-login.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { openBrowserSession } from '../../domain/sessions/open-session.ts'
import { replaceBrowserSession } from '../../domain/sessions/replace-browser-session.ts'
import { BROWSER_SESSION_LIMITS } from '../../domain/sessions/session.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { renderCookie } from '../../platform/http/cookies.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { findBrowserSession, sessionCookieName } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import { type LoginProblem, renderLoginPage } from './login-page.ts'
import { type LoginBody, parseLoginRequest, parseReturnTo } from './parse-request.ts'
import { type RefusedLogin, verifyLoginRequest } from './verify-login-request.ts'

type LoginPost = FastifyRequest<{ Body: LoginBody }>

/** Logs a browser in: a cookie and 303 to where it came from, or the page again with one sentence and the user name kept. */
export async function logInBrowser(
  deps: LoginEndpointDeps,
  request: LoginPost,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (request.validationError || !request.body.username || !request.body.password) {
    return showAgain(deps, request, reply.status(400), { problem: 'incomplete' })
  }
  const signal = abortWhenGone(reply)
  const verified = await verifyLoginRequest(deps, parseLoginRequest(request.body), request.ip, signal)
  if (!verified.ok) return showRefused(deps, request, reply, verified)
  const opened = await openAdmittedSession(deps, verified.login, request)
  if (!opened.ok) return showRefused(deps, request, reply, opened)
  deps.countLogin('succeeded')
  return reply
    .header('set-cookie', opened.setCookie)
    .header('cache-control', 'no-store')
    .redirect(parseReturnTo(request.body.return_to, deps.urls.origin) ?? deps.urls.accountPath, 303)
}

/** Opens the session and ends the one that this browser had, so that no cookie from before the login lives on. */
async function openAdmittedSession(
  deps: LoginEndpointDeps,
  login: VerifiedLogin,
  request: LoginPost,
): Promise<{ readonly ok: true; readonly setCookie: string } | Exclude<LoginAdmission, { ok: true }>> {
  return deps.database.write(async (tx) => {
    const admission = await admitLogin(tx, login, LOGIN_CLIENT_ID)
    if (!admission.ok) return admission
    const before = await findBrowserSession(tx.sql, deps.urls, request, tx.now)
    const { cookie, session } = await openBrowserSession(tx, {
      accountId: login.account.id,
      clientId: LOGIN_CLIENT_ID,
      network: login.subject.network,
      userAgent: request.headers['user-agent'],
    })
    if (before) await replaceBrowserSession(tx, before, session)
    const maxAgeSeconds = BROWSER_SESSION_LIMITS.absoluteMilliseconds / 1000
    const lifetime = { secure: deps.urls.isSecure, maxAgeSeconds }
    return { ok: true, setCookie: renderCookie(sessionCookieName(deps.urls), cookie, lifetime) }
  })
}

const STATUSES = { refused: 401, throttled: 429, busy: 503 } as const

async function showRefused(
  deps: LoginEndpointDeps,
  request: LoginPost,
  reply: FastifyReply,
  refused: RefusedLogin,
): Promise<FastifyReply> {
  deps.countLogin(refused.reason)
  const problem = refused.reason
  reply.status(STATUSES[problem])
  if (problem === 'refused') return showAgain(deps, request, reply, { problem })
  const { retryAfterSeconds } = refused
  return showAgain(deps, request, reply.header('retry-after', retryAfterSeconds), { problem, retryAfterSeconds })
}

async function showAgain(
  { theme, urls, database, clock }: LoginEndpointDeps,
  request: LoginPost,
  reply: FastifyReply,
  shown: { readonly problem: LoginProblem; readonly retryAfterSeconds?: number },
): Promise<FastifyReply> {
  const returnTo = parseReturnTo(textOf(request.body?.return_to), urls.origin)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const page = renderLoginPage({
    ...shown,
    action: urls.loginPath,
    returnTo,
    clientName: waiting?.client.name,
    username: textOf(request.body?.username),
    language: choosePageLanguage(request, waiting?.pending.request.uiLocales),
    theme,
  })
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
}

/** A body that failed its schema may hold anything. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 320 ? value : undefined
}
