import type { FastifyReply, FastifyRequest } from 'fastify'
import { canonicalLoginName } from '../domain/accounts/canonical-login-name.ts'
import { admitRequest } from '../domain/email-challenges/admit-request.ts'
import type { EmailChallenge } from '../domain/email-challenges/email-challenge.ts'
import { issueChallenge } from '../domain/email-challenges/issue-challenge.ts'
import { parseNetwork } from '../domain/throttle/parse-network.ts'
import { pageHeaders } from '../platform/html/page-headers.ts'
import { relativeTime } from '../platform/html/relative-time.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'
import { Problem } from '../platform/http/problem.ts'
import { wantsPage } from '../platform/http/wants-page.ts'
import { answerChallenge } from './answer-challenge.ts'
import { choosePageLanguage } from './choose-page-language.ts'
import { toThrottledProblem } from './code-problem.ts'
import type { EmailFlowDeps } from './email-flow-deps.ts'
import { isHuman } from './is-human.ts'
import type { MailDoor } from './mail-door.ts'
import { renderMailDoorPage } from './mail-door-page.ts'
import { toNotHumanProblem } from './not-human-problem.ts'
import type { MailDoorBody } from './parse-code-request.ts'
import { parseReturnTo } from './parse-return-to.ts'
import { findPendingAuthorization } from './pending-authorization.ts'

interface Typed {
  readonly typed?: string
  readonly returnTo: string | undefined
}

type Refusal =
  | { readonly status: 400 | 403; readonly reason: 'incomplete' | 'notHuman' }
  | { readonly status: 429; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Sends the mail, if there is whom to send it to, and answers alike if there isn't. */
export async function requestMail(
  deps: EmailFlowDeps,
  door: MailDoor,
  request: FastifyRequest<{ Body: MailDoorBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const text = request.body[door.field]?.trim() ?? ''
  const returnTo = parseReturnTo(request.body.return_to, deps.urls.origin)
  const typed = { typed: text, returnTo }
  const refuse = (refusal: Refusal) => answerRefusal(deps, door, request, reply, { ...typed, refusal })
  if (!door.isFit(text)) return refuse({ status: 400, reason: 'incomplete' })
  if (!(await isHuman(deps, request, door.act))) return refuse({ status: 403, reason: 'notHuman' })
  const issued = await issueMail(deps, door, request, typed)
  if (!issued.ok) return refuse({ ...issued, status: 429, reason: 'throttled' })
  return answerChallenge(request, reply, { challenge: issued.challenge, codePath: door.codePath, returnTo })
}

type Issued =
  | { readonly ok: true; readonly challenge: EmailChallenge }
  | { readonly ok: false; readonly retryAfterSeconds: number }

/** One read and one write, whoever it is. */
async function issueMail(
  { database, sealer }: EmailFlowDeps,
  { act, linkUrl, findPerson, admit }: MailDoor,
  request: FastifyRequest,
  { typed, returnTo }: Typed & { readonly typed: string },
): Promise<Issued> {
  const language = choosePageLanguage(request)
  const network = parseNetwork(request.ip)
  const person = await findPerson(database.read, typed, { request })
  return database.write(async (tx) => {
    const admitted = await admitRequest(tx, { typed: canonicalLoginName(typed), address: request.ip, purpose: act })
    if (!admitted.ok) return admitted
    const further = await admit?.(tx, network)
    if (further?.ok === false) return further
    const { email, accountId, instead } = person
    const challenge = await issueChallenge(tx, sealer, {
      ...{ purpose: act, email: canonicalLoginName(email), accountId, payload: { email, returnTo } },
      ...{ linkUrl, language, network, instead },
    })
    return { ok: true, challenge }
  })
}

function answerRefusal(
  deps: EmailFlowDeps,
  door: MailDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: Typed & { readonly refusal: Refusal },
): Promise<FastifyReply> {
  const { refusal } = shown
  if (wantsPage(request)) return showMailDoor(deps, door, request, reply, shown)
  if (refusal.reason === 'throttled') throw toThrottledProblem(refusal.retryAfterSeconds)
  if (refusal.reason === 'notHuman') throw toNotHumanProblem()
  throw new Problem({ status: 400, code: 'invalid_parameter', detail: door.words('en').incomplete })
}

/** Shows the form, and why it is shown again. */
export async function showMailDoor(
  { urls, database, clock, theme }: EmailFlowDeps,
  door: MailDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, returnTo, refusal }: Typed & { readonly refusal?: Refusal },
): Promise<FastifyReply> {
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const words = door.words(language)
  const { codes, login } = stringsIn(language)
  if (refusal) reply.status(refusal.status)
  if (refusal?.reason === 'throttled') reply.header('retry-after', refusal.retryAfterSeconds)
  const problem =
    refusal &&
    (refusal.reason === 'throttled'
      ? login.throttledUntil(relativeTime(refusal.retryAfterSeconds, language))
      : { incomplete: words.incomplete, notHuman: codes.notHuman }[refusal.reason])
  const form = { action: door.path, words, field: door.field, loginPath: urls.loginPath }
  const page = renderMailDoorPage({ ...form, returnTo, typed, problem, language, theme })
  return reply.headers(pageHeaders(theme)).send(page)
}
