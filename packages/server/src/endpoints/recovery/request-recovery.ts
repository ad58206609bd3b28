import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRecoverable } from '../../domain/account-acts/recover-account.ts'
import { canonicalLoginName } from '../../domain/accounts/canonical-login-name.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { admitRequest } from '../../domain/email-challenges/admit-request.ts'
import type { EmailChallenge } from '../../domain/email-challenges/email-challenge.ts'
import { issueChallenge } from '../../domain/email-challenges/issue-challenge.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { Problem } from '../../platform/http/problem.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { answerChallenge } from '../answer-challenge.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { toThrottledProblem } from '../code-problem.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { isTakenForProgram } from '../is-taken-for-program.ts'
import { toNotHumanProblem } from '../not-human-problem.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { findPendingAuthorization } from '../pending-authorization.ts'
import type { RecoveryBody } from './parse-request.ts'
import { renderRecoveryPage } from './recovery-pages.ts'

interface Typed {
  readonly login?: string
  readonly returnTo: string | undefined
}

type Refusal =
  | { readonly status: 400 | 403; readonly reason: 'incomplete' | 'notHuman' }
  | { readonly status: 429; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Sends the mail, if there is whom to send it to, and answers alike if there isn't. */
export async function requestRecovery(
  deps: EmailFlowDeps,
  request: FastifyRequest<{ Body: RecoveryBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls } = deps
  const { login } = request.body
  const returnTo = parseReturnTo(request.body.return_to, urls.origin)
  const typed = { login, returnTo }
  if (login.trim() === '') return refuse(deps, request, reply, typed, { status: 400, reason: 'incomplete' })
  if (await isTakenForProgram(deps, request, 'recover'))
    return refuse(deps, request, reply, typed, { status: 403, reason: 'notHuman' })
  const issued = await issueRecovery(deps, request, { login, returnTo })
  if (!issued.ok) return refuse(deps, request, reply, typed, { ...issued, status: 429, reason: 'throttled' })
  return answerChallenge(request, reply, { challenge: issued.challenge, codePath: urls.recoveryCodePath, returnTo })
}

type Issued =
  | { readonly ok: true; readonly challenge: EmailChallenge }
  | { readonly ok: false; readonly retryAfterSeconds: number }

/** One read and one write, whoever it is. */
async function issueRecovery(
  { database, sealer, urls }: EmailFlowDeps,
  request: FastifyRequest,
  { login, returnTo }: Typed & { readonly login: string },
): Promise<Issued> {
  const language = choosePageLanguage(request, undefined)
  const found = await findAccountByLoginName(database.read, login)
  const account = isRecoverable(found) ? found : undefined
  const email = account?.email ?? login
  return database.write(async (tx) => {
    const admitted = await admitRequest(tx, { typed: canonicalLoginName(login), address: request.ip })
    if (!admitted.ok) return admitted
    const challenge = await issueChallenge(tx, sealer, {
      ...{ purpose: 'recover', email: canonicalLoginName(email), accountId: account?.id, payload: { email, returnTo } },
      ...{ linkUrl: urls.recoveryPasswordUrl, language, network: parseNetwork(request.ip) },
      instead: account ? undefined : 'nothing',
    })
    return { ok: true, challenge }
  })
}

function refuse(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  typed: Typed,
  refusal: Refusal,
): Promise<FastifyReply> {
  if (wantsPage(request)) return showRecoveryPage(deps, request, reply, { ...typed, refusal })
  if (refusal.reason === 'throttled') throw toThrottledProblem(refusal.retryAfterSeconds)
  if (refusal.reason === 'notHuman') throw toNotHumanProblem()
  throw new Problem({ status: 400, code: 'invalid_parameter', detail: '"login" is empty.' })
}

/** Shows the form, and why it is shown again. */
export async function showRecoveryPage(
  { urls, database, clock, theme }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { login, returnTo, refusal }: Typed & { readonly refusal?: Refusal },
): Promise<FastifyReply> {
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const { recovery, codes, login: words } = stringsIn(language)
  if (refusal) reply.status(refusal.status)
  if (refusal?.reason === 'throttled') reply.header('retry-after', refusal.retryAfterSeconds)
  const problem =
    refusal &&
    (refusal.reason === 'throttled'
      ? words.throttledUntil(relativeTime(refusal.retryAfterSeconds, language))
      : { incomplete: recovery.incomplete, notHuman: codes.notHuman }[refusal.reason])
  const page = renderRecoveryPage({ action: urls.recoveryPath, returnTo, login, problem, language, theme })
  return reply.headers(pageHeaders(theme)).send(page)
}
