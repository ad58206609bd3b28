import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { admitLogin, type LoginAdmission } from '../../domain/login/admit-login.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { findPendingAuthorization } from '../pending-authorization.ts'
import { type RefusedLogin, refusedLoginStatuses, verifyLoginAttempt } from '../verify-login-attempt.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import type { LoginProblem } from './login-page.ts'
import { type LoginBody, parseLoginRequest } from './parse-request.ts'
import { showLoginPage } from './show-login-page.ts'

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
  const { username: login, password } = parseLoginRequest(request.body)
  const onRead = () => request.leaveGate?.()
  const attempt = { login, password, address: request.ip, signal: abortWhenGone(reply), onRead }
  const verified = await verifyLoginAttempt(deps, attempt)
  if (!verified.ok) return showRefused(deps, request, reply, verified)
  const opened = await admitAndFinish(deps, verified.login, request)
  if (!opened.ok) return showRefused(deps, request, reply, opened)
  deps.countLogin('succeeded')
  const { setCookies, location } = opened.step
  return reply.header('set-cookie', setCookies).header('cache-control', 'no-store').redirect(location, 303)
}

async function admitAndFinish(
  deps: LoginEndpointDeps,
  login: VerifiedLogin,
  request: LoginPost,
): Promise<{ readonly ok: true; readonly step: FinishedStep } | Exclude<LoginAdmission, { ok: true }>> {
  return deps.database.write(async (tx) => {
    const admission = await admitLogin(tx, login, LOGIN_CLIENT_ID)
    if (!admission.ok) return admission
    const { account, subject } = login
    const who = { accountId: account.id, network: subject.network, methods: ['pwd'] }
    const returnTo = parseReturnTo(request.body.return_to, deps.urls.origin)
    return { ok: true, step: await finishLoginStep(tx, deps, request, { who, returnTo }) }
  })
}

async function showRefused(
  deps: LoginEndpointDeps,
  request: LoginPost,
  reply: FastifyReply,
  refused: RefusedLogin,
): Promise<FastifyReply> {
  deps.countLogin(refused.reason)
  const problem = refused.reason
  reply.status(refusedLoginStatuses[problem])
  if (problem === 'refused') return showAgain(deps, request, reply, { problem })
  const { retryAfterSeconds } = refused
  return showAgain(deps, request, reply.header('retry-after', retryAfterSeconds), { problem, retryAfterSeconds })
}

async function showAgain(
  deps: LoginEndpointDeps,
  request: LoginPost,
  reply: FastifyReply,
  shown: { readonly problem: LoginProblem; readonly retryAfterSeconds?: number },
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  const returnTo = parseReturnTo(textOf(request.body?.return_to), urls.origin)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const username = textOf(request.body?.username)
  return showLoginPage(deps, request, reply, { ...shown, returnTo, username, waiting })
}

/** A body that failed its schema may hold anything. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 320 ? value : undefined
}
