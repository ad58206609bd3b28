import type { FastifyReply, FastifyRequest } from 'fastify'
import { changePassword } from '../../domain/account-acts/change-password.ts'
import { findPassword, type StoredPassword } from '../../domain/credentials/find-password.ts'
import { verifyPassword } from '../../domain/credentials/verify-password.ts'
import { asksForSecondFactor } from '../../domain/login/list-factors.ts'
import { checkThrottle } from '../../domain/throttle/check-throttle.ts'
import { recordFailure } from '../../domain/throttle/record-failure.ts'
import { throttleSubject } from '../../domain/throttle/throttle-subject.ts'
import { HashQueueFullError } from '../../platform/hash-queue/hash-queue.ts'
import type { Language } from '../../platform/html/language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { toThrottledProblem } from '../code-problem.ts'
import { describeDoer } from '../describe-doer.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { hashNewPassword, type RefusedPassword, toPasswordProblem } from '../hash-new-password.ts'
import { noticeDeps } from '../notice-deps.ts'
import { sendToLogin } from '../send-to-login.ts'
import { findFreshOwner, type OwnAccount } from './own-account.ts'
import { type PasswordBody, passwordBodySchema } from './parse-request.ts'
import { renderPasswordForm } from './password-form.ts'

type RefusedChange =
  | RefusedPassword
  | { readonly ok: false; readonly reason: 'wrong_password' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** The session has ended meanwhile. */
type SignedOut = { readonly ok: false; readonly reason: 'signed_out' }

/** Serves the form for another password, and takes it from whoever knows the present one. */
export function passwordRoutes(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls } = deps
  const path = urls.accountPasswordPath
  server.get(path, async (request, reply) => {
    const owner = await findFreshOwner(deps, request, reply, path)
    return owner ? showForm(deps, request, reply, owner) : reply
  })
  type Changing = FastifyRequest<{ Body: PasswordBody }>
  const changing = { config: { importance: 'hashing' }, schema: { body: passwordBodySchema } } as const
  server.post(path, changing, async (request: Changing, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and change your password there.')
    const owner = await findFreshOwner(deps, request, reply, path)
    if (owner === undefined) return reply
    const refused = await change(deps, request, reply, owner)
    if (refused?.reason === 'signed_out') return sendToLogin(urls, request, reply)
    if (refused) return answerRefusal(deps, request, reply, { owner, refused })
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(urls.accountSecurityPath, 303) : reply.status(204).send()
  })
}

async function change(
  deps: EmailFlowDeps,
  request: FastifyRequest<{ Body: PasswordBody }>,
  reply: FastifyReply,
  { session, account }: OwnAccount,
): Promise<RefusedChange | SignedOut | undefined> {
  const { current_password: current = '', password } = request.body
  const signal = abortWhenGone(reply)
  const before = await findPassword(deps.database.read, account.id)
  const refused = before && (await refuseWrongPassword(deps, { account, before, current, address: request.ip, signal }))
  if (refused) return refused
  const hasSecondFactor = await asksForSecondFactor(deps.database.read, account.id)
  const context = { username: account.username, email: account.email, issuerHost: deps.urls.host, hasSecondFactor }
  const hashed = await hashNewPassword(deps, password, { context, signal })
  if (!hashed.ok) return hashed
  const doer = describeDoer(request)
  const { hash } = hashed
  return deps.database.write(async (tx) => {
    // It may have ended while the password was hashed, because somebody else was in it.
    if ((await lockBrowserSession(tx, deps.urls, request))?.id !== session.id)
      return { ok: false, reason: 'signed_out' } as const
    const isChanged = await changePassword(tx, noticeDeps(deps), { session, before, hash, doer })
    return isChanged ? undefined : ({ ok: false, reason: 'wrong_password' } as const)
  })
}

interface CurrentPassword {
  readonly account: OwnAccount['account']
  readonly before: StoredPassword
  readonly current: string
  readonly address: string
  readonly signal: AbortSignal
}

/** Whoever sits down at a browser that somebody left open guesses no longer here than at the login page. */
async function refuseWrongPassword(
  { database, clock, hashQueue }: EmailFlowDeps,
  { account, before, current, address, signal }: CurrentPassword,
): Promise<RefusedChange | undefined> {
  const subject = throttleSubject(account.username, address)
  const verdict = await checkThrottle(database.read, clock.now(), subject)
  if (!verdict.ok) return { ...verdict, reason: 'throttled' }
  try {
    if (await verifyPassword(hashQueue, before.hash, current, signal)) return undefined
  } catch (error) {
    if (!(error instanceof HashQueueFullError)) throw error
    return { ok: false, reason: 'busy', retryAfterSeconds: error.retryAfterSeconds }
  }
  const { verdict: after } = await database.write((tx) => recordFailure(tx, subject))
  return after.ok ? { ok: false, reason: 'wrong_password' } : { ...after, reason: 'throttled' }
}

function answerRefusal(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { owner, refused }: { readonly owner: OwnAccount; readonly refused: RefusedChange },
): Promise<FastifyReply> {
  if (!wantsPage(request)) throw toProblem(refused)
  reply.status(refused.reason === 'busy' ? 503 : refused.reason === 'throttled' ? 429 : 400)
  if ('retryAfterSeconds' in refused) reply.header('retry-after', refused.retryAfterSeconds)
  return showForm(deps, request, reply, owner, refused)
}

function toProblem(refused: RefusedChange): Problem {
  if (refused.reason === 'throttled') return toThrottledProblem(refused.retryAfterSeconds)
  if (refused.reason !== 'wrong_password') return toPasswordProblem(refused)
  return new Problem({ status: 400, code: 'wrong_password', detail: "The current password isn't right." })
}

async function showForm(
  { urls, database, theme }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { account }: OwnAccount,
  refused?: RefusedChange,
): Promise<FastifyReply> {
  const language = choosePageLanguage(request)
  const hasPassword = (await findPassword(database.read, account.id)) !== undefined
  const wrong = refused?.reason === 'wrong_password' ? 'current' : 'new'
  const problem = refused && ({ sentence: describe(refused, language), about: wrong } as const)
  const { username } = account
  const page = renderPasswordForm({
    action: urls.accountPasswordPath,
    username,
    hasPassword,
    problem,
    urls,
    language,
    theme,
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

function describe(refused: RefusedChange, language: Language): string {
  const { accountPassword, passwords, login } = stringsIn(language)
  if (refused.reason === 'wrong_password') return accountPassword.wrong
  if (refused.reason === 'busy') return login.busy
  if (refused.reason === 'throttled') return login.throttledUntil(relativeTime(refused.retryAfterSeconds, language))
  return passwords.faults[refused.reason]
}
