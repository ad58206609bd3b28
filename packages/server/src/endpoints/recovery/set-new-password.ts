import type { FastifyReply, FastifyRequest } from 'fastify'
import { recoverAccount } from '../../domain/account-acts/recover-account.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import type { PasswordHash } from '../../domain/credentials/password-hash.ts'
import {
  type FoundChallenge,
  findChallenge,
  type OpenChallenge,
  type OverChallenge,
  overMeanwhile,
} from '../../domain/email-challenges/find-challenge.ts'
import { admitVouchedLogin } from '../../domain/login/admit-vouched-login.ts'
import { asksForSecondFactor } from '../../domain/login/list-factors.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { answerLinkOver } from '../answer-link-over.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { describeDoer } from '../describe-doer.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { hashNewPassword, type RefusedPassword, toPasswordProblem } from '../hash-new-password.ts'
import { noticeDeps } from '../notice-deps.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { returnAfterMail } from '../return-after-mail.ts'
import { withReturnTo } from '../with-return-to.ts'
import { renderNewPasswordPage } from './new-password-page.ts'
import type { NewPasswordBody } from './parse-request.ts'

/** Shows the form for the new password to whoever has the link, or what its code gave. Changes nothing. */
export async function showNewPassword(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  refused?: RefusedPassword,
): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const found = await find(deps, secret)
  if (found.state !== 'open') return showOver(deps, request, reply, found)
  const { username } = await getAccount(database.read, found.challenge.accountId ?? '')
  const waiting = await findPendingAuthorization(database.read, urls, found.challenge.payload.returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const { passwords, login } = stringsIn(language)
  const problem = refused && (refused.reason === 'busy' ? login.busy : passwords.faults[refused.reason])
  const page = renderNewPasswordPage({ action: urls.recoveryPasswordPath, secret, username, problem, language, theme })
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
}

/** Sets the new password, once; in a browser it is a step of a login as well. */
export async function setNewPassword(
  deps: EmailFlowDeps,
  request: FastifyRequest<{ Body: NewPasswordBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { secret, password } = request.body
  const found = await find(deps, secret)
  if (found.state !== 'open') return showOver(deps, request, reply, found)
  const account = await getAccount(deps.database.read, found.challenge.accountId ?? '')
  const hasSecondFactor = await asksForSecondFactor(deps.database.read, account.id)
  const context = { username: account.username, email: account.email, issuerHost: deps.urls.host, hasSecondFactor }
  const hashed = await hashNewPassword(deps, password, { context, signal: abortWhenGone(reply) })
  if (!hashed.ok) return refuse(deps, request, reply, secret, hashed)
  const step = await recoverAndFinish(deps, request, found, hashed.hash)
  if (step === undefined) return showOver(deps, request, reply, overMeanwhile(found))
  reply.header('cache-control', 'no-store')
  if (!wantsPage(request)) return reply.status(204).send()
  deps.countLogin('succeeded')
  return reply.header('set-cookie', step.setCookies).redirect(step.location, 303)
}

function find({ database, sealer, clock }: EmailFlowDeps, secret: string): Promise<FoundChallenge> {
  return findChallenge(database.read, sealer, { secret, purposes: ['recover'], now: clock.now() })
}

/** Undefined where somebody was faster, or the account has changed. A program is not signed in. */
async function recoverAndFinish(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  { challenge, by }: OpenChallenge,
  hash: PasswordHash,
): Promise<FinishedStep | undefined> {
  const { database, urls } = deps
  const doer = describeDoer(request)
  const { accountId = '', payload } = challenge
  const network = parseNetwork(request.ip)
  return database.write(async (tx) => {
    if (!(await recoverAccount(tx, noticeDeps(deps), { challenge, hash, doer }))) return undefined
    const returnTo = returnAfterMail(urls, by, payload.returnTo)
    if (!wantsPage(request)) return { setCookies: [], location: urls.accountPath }
    const login = { accountId, clientId: LOGIN_CLIENT_ID, network, voucher: { by: 'recovery' } } as const
    if (!(await admitVouchedLogin(tx, login))) return undefined
    // A password was typed, and the mail is no second factor: those are asked for as after any password.
    const who = { accountId, network, methods: ['pwd'] }
    return finishLoginStep(tx, deps, request, { who, returnTo })
  })
}

function refuse(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  refused: RefusedPassword,
): Promise<FastifyReply> {
  if (!wantsPage(request)) throw toPasswordProblem(refused)
  reply.status(refused.reason === 'busy' ? 503 : 400)
  if (refused.reason === 'busy') reply.header('retry-after', refused.retryAfterSeconds)
  return showNewPassword(deps, request, reply, secret, refused)
}

function showOver(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { state, returnTo }: OverChallenge,
): FastifyReply {
  return answerLinkOver(deps, request, reply, { state, againPath: withReturnTo(deps.urls.recoveryPath, returnTo) })
}
