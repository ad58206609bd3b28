import type { FastifyReply, FastifyRequest } from 'fastify'
import { openAccount } from '../../domain/account-acts/open-account.ts'
import type { Account } from '../../domain/accounts/account.ts'
import { type ParsedOwnUsername, parseOwnUsername } from '../../domain/accounts/parse-own-username.ts'
import type { Username } from '../../domain/accounts/parse-username.ts'
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
import { checkThrottle } from '../../domain/throttle/check-throttle.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { nameSubject } from '../../domain/throttle/throttle-subject.ts'
import type { Language } from '../../platform/html/language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { Problem } from '../../platform/http/problem.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { answerLinkOver } from '../answer-link-over.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { toThrottledProblem } from '../code-problem.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { hashNewPassword, type RefusedPassword, toPasswordProblem } from '../hash-new-password.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { returnAfterMail } from '../return-after-mail.ts'
import { withReturnTo } from '../with-return-to.ts'
import { type NewAccountPage, renderNewAccountPage } from './new-account-page.ts'
import type { NewAccountBody } from './parse-request.ts'
import type { SignUpDeps } from './sign-up-deps.ts'

type RefusedName =
  | Exclude<ParsedOwnUsername, { ok: true }>
  | { readonly reason: 'taken' }
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }

type Refusal =
  | { readonly about: 'username'; readonly refused: RefusedName }
  | { readonly about: 'password'; readonly refused: RefusedPassword }

interface Shown {
  readonly secret: string
  /** What was typed. */
  readonly username?: string | undefined
  readonly refusal?: Refusal
}

/** Shows the form for name and password to whoever has the link, or what its code gave. Changes nothing. */
export async function showNewAccount(
  deps: SignUpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { secret, username, refusal }: Shown,
): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const found = await find(deps, secret)
  if (found.state !== 'open') return showOver(deps, request, reply, found)
  const { email, returnTo } = found.challenge.payload
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const problem = refusal && describe(refusal, language)
  const page = renderNewAccountPage({
    ...{ action: urls.signUpAccountPath, secret, email, username },
    ...{ problem, language, theme },
  })
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
}

/** Opens the account, once; a browser is signed in to it. */
export async function takeNewAccount(
  deps: SignUpDeps,
  request: FastifyRequest<{ Body: NewAccountBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { secret, username = '', password } = request.body
  const found = await find(deps, secret)
  if (found.state !== 'open') return showOver(deps, request, reply, found)
  const refuse = (refusal: Refusal) => answerRefusal(deps, request, reply, { secret, username, refusal })
  const { email } = found.challenge.payload
  const name = parseOwnUsername(username.trim() === '' ? email : username, email)
  if (!name.ok) return refuse({ about: 'username', refused: name })
  // Before anything is hashed, which costs.
  const verdict = await checkThrottle(
    deps.database.read,
    deps.clock.now(),
    nameSubject(found.challenge.email, request.ip),
  )
  if (!verdict.ok) return refuse({ about: 'username', refused: { ...verdict, reason: 'throttled' } })
  const context = { username: name.username.text, email, issuerHost: deps.urls.host }
  const hashed = await hashNewPassword(deps, password, { context, signal: abortWhenGone(reply) })
  if (!hashed.ok) return refuse({ about: 'password', refused: hashed })
  const opened = await openAndFinish(deps, request, found, { username: name.username, hash: hashed.hash })
  if (!opened.ok && opened.reason === 'over') return showOver(deps, request, reply, overMeanwhile(found))
  if (!opened.ok) return refuse({ about: 'username', refused: opened })
  reply.header('cache-control', 'no-store')
  if (!wantsPage(request)) return reply.status(201).send(renderJson(opened.account))
  deps.countLogin('succeeded')
  return reply.header('set-cookie', opened.step.setCookies).redirect(opened.step.location, 303)
}

function find({ database, sealer, clock }: EmailFlowDeps, secret: string): Promise<FoundChallenge> {
  return findChallenge(database.read, sealer, { secret, purposes: ['sign_up'], now: clock.now() })
}

type Opened =
  | { readonly ok: true; readonly account: Account; readonly step: FinishedStep }
  | { readonly ok: false; readonly reason: 'over' }
  | { readonly ok: false; readonly reason: 'taken' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** A program is not signed in. */
async function openAndFinish(
  deps: SignUpDeps,
  request: FastifyRequest,
  { challenge, by }: OpenChallenge,
  { username, hash }: { readonly username: Username; readonly hash: PasswordHash },
): Promise<Opened> {
  const { database, urls } = deps
  const network = parseNetwork(request.ip)
  const address = request.ip
  return database.write(async (tx) => {
    const opened = await openAccount(tx, { challenge, username, hash, address })
    if (!opened.ok) return opened
    const { account } = opened
    if (!wantsPage(request)) return { ok: true, account, step: { setCookies: [], location: urls.accountPath } }
    const login = { accountId: account.id, clientId: LOGIN_CLIENT_ID, network, voucher: { by: 'sign_up' } } as const
    await admitVouchedLogin(tx, login)
    const who = { accountId: account.id, network, methods: ['pwd'] }
    const returnTo = returnAfterMail(urls, by, challenge.payload.returnTo)
    return { ok: true, account, step: await finishLoginStep(tx, deps, request, { who, returnTo }) }
  })
}

function renderJson({ id, username, email, emailVerifiedAt }: Account): object {
  return { id, username, email: email ?? null, email_verified: emailVerifiedAt !== undefined }
}

/** What a refusal is answered with: pages by their own words, programs by ours. */
function answerRefusal(
  deps: SignUpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: Shown & { readonly refusal: Refusal },
): Promise<FastifyReply> {
  const { refusal } = shown
  if (!wantsPage(request)) throw toProblem(refusal)
  const { refused } = refusal
  reply.status(refused.reason === 'busy' ? 503 : refused.reason === 'throttled' ? 429 : 400)
  if ('retryAfterSeconds' in refused) reply.header('retry-after', refused.retryAfterSeconds)
  return showNewAccount(deps, request, reply, shown)
}

function toProblem({ about, refused }: Refusal): Problem {
  if (about === 'password') return toPasswordProblem(refused)
  if (refused.reason === 'throttled') return toThrottledProblem(refused.retryAfterSeconds)
  const { reason } = refused
  const detail = reason === 'taken' ? 'This name is taken. Choose another one.' : refused.sentence
  return new Problem({ status: 400, code: 'refused_username', detail, members: { reason } })
}

function describe({ about, refused }: Refusal, language: Language): NonNullable<NewAccountPage['problem']> {
  const { names, passwords, login } = stringsIn(language)
  if (about === 'password')
    return { about, sentence: refused.reason === 'busy' ? login.busy : passwords.faults[refused.reason] }
  if (refused.reason === 'throttled')
    return { about, sentence: login.throttledUntil(relativeTime(refused.retryAfterSeconds, language)) }
  return { about, sentence: names[refused.reason] }
}

/** Only where sign-up is open another mail can be asked for. */
function showOver(
  deps: SignUpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { state, returnTo }: OverChallenge,
): FastifyReply {
  return answerLinkOver(deps, request, reply, {
    state,
    againPath: deps.isOpen ? withReturnTo(deps.urls.signUpPath, returnTo) : undefined,
  })
}
