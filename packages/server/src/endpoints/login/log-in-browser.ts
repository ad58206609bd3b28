import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../../domain/clients/create-client.ts'
import { admitLogin } from '../../domain/login/admit-login.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { endSession } from '../../domain/sessions/end-session.ts'
import { BROWSER_SESSION_LIFETIME_MS, openBrowserSession } from '../../domain/sessions/open-session.ts'
import { findSessionByCookie } from '../../domain/sessions/session-cookie.ts'
import { chooseLanguage } from '../../platform/html/choose-language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { findCookie, renderCookie } from '../../platform/http/cookies.ts'
import { Problem } from '../../platform/http/problem.ts'
import { sessionCookieName } from '../session-cookie-name.ts'
import { abortWhenGone } from './abort-when-gone.ts'
import type { LoginDeps } from './login-deps.ts'
import { type LoginProblem, renderLoginPage } from './login-page.ts'
import { type LoginBody, parseLoginRequest, parseReturnTo } from './parse-request.ts'
import { toProblem, verifyLoginRequest } from './verify-login-request.ts'

type LoginPost = FastifyRequest<{ Body: LoginBody }>

/** Logs a browser in: a cookie and 303 to where it came from, or the page again with one sentence and the user name kept. */
export async function logInBrowser(deps: LoginDeps, request: LoginPost, reply: FastifyReply): Promise<FastifyReply> {
  if (request.validationError || !request.body.username || !request.body.password) {
    return showAgain(deps, request, reply.status(400), { problem: 'incomplete' })
  }
  try {
    const login = await verifyLoginRequest(deps, parseLoginRequest(request.body), request.ip, abortWhenGone(reply))
    const cookie = await openAdmittedSession(deps, login, request)
    deps.countLogin('succeeded')
    return reply
      .header('set-cookie', cookie)
      .header('cache-control', 'no-store')
      .redirect(parseReturnTo(request.body.return_to, deps.urls.origin) ?? deps.urls.accountPath, 303)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const problem = PAGE_PROBLEMS[error.status]
    if (!problem) throw error
    const retryAfterSeconds = Number(error.members.retry_after ?? 0) || undefined
    return showAgain(deps, request, reply.status(error.status).headers(error.headers), { problem, retryAfterSeconds })
  }
}

const PAGE_PROBLEMS: Readonly<Record<number, LoginProblem>> = { 401: 'refused', 429: 'throttled', 503: 'busy' }

/** Opens the session and ends the one that this browser had, so that no cookie from before the login lives on. */
async function openAdmittedSession(deps: LoginDeps, login: VerifiedLogin, request: LoginPost): Promise<string> {
  const { account, subject } = login
  const name = sessionCookieName(deps.urls)
  const opened = await deps.database.write(async (tx) => {
    const admission = await admitLogin(tx, login, LOGIN_CLIENT_ID)
    if (!admission.ok) return admission
    const before = await findSessionByCookie(tx.sql, findCookie(request.headers.cookie, name), tx.now)
    if (before) await endSession(tx, before, `account:${before.accountId}`)
    const { cookie } = await openBrowserSession(tx, {
      accountId: account.id,
      clientId: LOGIN_CLIENT_ID,
      network: subject.network,
      lifetime: BROWSER_SESSION_LIFETIME_MS,
    })
    return { ok: true as const, cookie }
  })
  if (!opened.ok) throw toProblem(deps, opened)
  return renderCookie(name, opened.cookie, { secure: deps.urls.isSecure, maxAge: BROWSER_SESSION_LIFETIME_MS / 1000 })
}

function showAgain(
  { theme, urls }: LoginDeps,
  request: LoginPost,
  reply: FastifyReply,
  shown: { readonly problem: LoginProblem; readonly retryAfterSeconds?: number | undefined },
): FastifyReply {
  const page = renderLoginPage({
    ...shown,
    action: urls.loginPath,
    returnTo: parseReturnTo(textOf(request.body?.return_to), urls.origin),
    username: textOf(request.body?.username),
    language: chooseLanguage(request.headers['accept-language']),
    theme,
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

/** A body that failed its schema may hold anything. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 320 ? value : undefined
}
