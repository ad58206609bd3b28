import type { FastifyReply, FastifyRequest } from 'fastify'
import { takeEmail } from '../../domain/account-acts/take-email.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { type Email, parseEmail } from '../../domain/accounts/parse-email.ts'
import { admitRequest } from '../../domain/email-challenges/admit-request.ts'
import type { EmailChallenge } from '../../domain/email-challenges/email-challenge.ts'
import { enterCode } from '../../domain/email-challenges/enter-code.ts'
import { type ChallengeToIssue, issueChallenge } from '../../domain/email-challenges/issue-challenge.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { answerChallenge } from '../answer-challenge.ts'
import { lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { type CodeProblem, renderCodePage } from '../code-page.ts'
import { type RefusedCode, refusedCodeStatuses, toCodeProblem, toThrottledProblem } from '../code-problem.ts'
import { describeDoer } from '../describe-doer.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { noticeDeps } from '../notice-deps.ts'
import { type CodeBody, type CodeQuery, codeBodySchema, codeQuerySchema } from '../parse-code-request.ts'
import { sendToLogin } from '../send-to-login.ts'
import { renderEmailForm } from './email-form.ts'
import { findFreshOwner, findOwner, type OwnAccount } from './own-account.ts'
import { type EmailBody, emailBodySchema } from './parse-request.ts'

const ADVICE = 'Open your account page here and change your e-mail address there.'
const purposes = ['change_email', 'verify_email'] as const

/** Serves the form for another address, the button that verifies the present one, and the form for the code of their mails. */
export function emailRoutes(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls } = deps
  const path = urls.accountEmailPath
  server.get(path, async (request, reply) => {
    const owner = await findFreshOwner(deps, request, reply, path)
    return owner ? showForm(deps, request, reply, {}) : reply
  })
  type Asking = FastifyRequest<{ Body: EmailBody }>
  server.post(path, { schema: { body: emailBodySchema } }, async (request: Asking, reply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    const owner = await findFreshOwner(deps, request, reply, path)
    if (owner === undefined) return reply
    const typed = request.body.email.trim()
    const parsed = parseEmail(typed)
    if (!parsed.ok) return refuseEmail(deps, request, reply, { typed, sentence: parsed.sentence })
    return askForProof(deps, request, reply, { owner, email: parsed.email, purpose: 'change_email' })
  })
  server.post(urls.accountEmailVerificationPath, async (request, reply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    const owner = await findOwner(deps, request)
    if (owner === undefined) return sendToLogin(urls, request, reply)
    const parsed = parseEmail(owner.account.email ?? '')
    if (!parsed.ok) return refuseEmail(deps, request, reply, { typed: '', sentence: 'There is no address to verify.' })
    return askForProof(deps, request, reply, { owner, email: parsed.email, purpose: 'verify_email' })
  })
  type Showing = FastifyRequest<{ Querystring: CodeQuery }>
  server.get(urls.accountEmailCodePath, { schema: { querystring: codeQuerySchema } }, (request: Showing, reply) =>
    showCode(deps, request, reply, { challenge: request.query.challenge }),
  )
  type Entering = FastifyRequest<{ Body: CodeBody }>
  server.post(urls.accountEmailCodePath, { schema: { body: codeBodySchema } }, async (request: Entering, reply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    return takeCode(deps, request, reply)
  })
}

interface Asked {
  readonly owner: OwnAccount
  readonly email: Email
  readonly purpose: (typeof purposes)[number]
}

/** To an address that is somebody else's goes another mail, and the answer is the same. */
async function askForProof(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { owner, email, purpose }: Asked,
): Promise<FastifyReply> {
  const { database, sealer, urls } = deps
  const language = choosePageLanguage(request)
  const { accountId } = owner.session
  const payload = { email: email.text }
  const network = parseNetwork(request.ip)
  const instead = await findOther(deps, request, email.text, accountId)
  const issued = await database.write(async (tx) => {
    // Another password ends the session and what was mailed before: nothing is to be mailed after it.
    if (!(await lockBrowserSession(tx, urls, request))) return undefined
    const admitted = await admitRequest(tx, { typed: email.canonical, address: request.ip, purpose })
    if (!admitted.ok) return admitted
    const asked = { purpose, email: email.canonical, accountId, payload, linkUrl: urls.accountEmailProofUrl }
    return { ok: true, challenge: await issueChallenge(tx, sealer, { ...asked, language, network, instead }) } as const
  })
  if (issued === undefined) return sendToLogin(urls, request, reply)
  if (issued.ok) return answerProof(deps, request, reply, issued.challenge)
  if (!wantsPage(request)) throw toThrottledProblem(issued.retryAfterSeconds)
  reply.status(429).header('retry-after', issued.retryAfterSeconds)
  const problem = stringsIn(language).login.throttledUntil(relativeTime(issued.retryAfterSeconds, language))
  return showForm(deps, request, reply, { typed: email.text, problem })
}

function answerProof(
  { urls }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  challenge: EmailChallenge,
): FastifyReply {
  return answerChallenge(request, reply, { challenge, codePath: urls.accountEmailCodePath, returnTo: undefined })
}

/** What the owner of the address is told, where that is another account. */
async function findOther(
  { database, clock }: EmailFlowDeps,
  request: FastifyRequest,
  email: string,
  accountId: string,
): Promise<ChallengeToIssue['instead']> {
  const other = await findAccountByLoginName(database.read, email)
  if (other === undefined || other.id === accountId) return undefined
  const mail = {
    ...({ kind: 'notice', notice: 'account_exists', username: other.username, lockUrl: undefined } as const),
    ...{ userAgent: request.headers['user-agent'], network: parseNetwork(request.ip), at: clock.now() },
  }
  return { recipient: other.email ?? email, mail }
}

/** Takes the code in the session that asked for it, and the address with it. */
async function takeCode(
  deps: EmailFlowDeps,
  request: FastifyRequest<{ Body: CodeBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { database, sealer, urls } = deps
  const { challenge: id, code: typed } = request.body
  const doer = describeDoer(request)
  const refused = await database.write(async (tx): Promise<RefusedCode | 'signed_out' | undefined> => {
    const session = await lockBrowserSession(tx, urls, request)
    if (!session) return 'signed_out'
    const entered = await enterCode(tx, sealer, { id, purposes, typed, address: request.ip })
    if (!entered.ok) return entered
    const { challenge } = entered
    const isOwn = challenge.accountId === session.accountId
    if (isOwn && (await takeEmail(tx, noticeDeps(deps), { challenge, doer }))) return undefined
    return { ok: false, reason: 'over' }
  })
  if (refused === 'signed_out') return sendToLogin(urls, request, reply)
  if (refused === undefined) {
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(urls.accountSecurityPath, 303) : reply.status(204).send()
  }
  if (!wantsPage(request)) throw toCodeProblem(refused)
  reply.status(refusedCodeStatuses[refused.reason])
  if (refused.reason === 'throttled') reply.header('retry-after', refused.retryAfterSeconds)
  return showCode(deps, request, reply, { challenge: id, problem: refused })
}

function showCode(
  { urls, theme }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { challenge, problem }: { readonly challenge: string; readonly problem?: CodeProblem },
): FastifyReply {
  const language = choosePageLanguage(request)
  const lead = stringsIn(language).accountEmail.sent
  const shown = { action: urls.accountEmailCodePath, challenge, lead, againPath: urls.accountEmailPath, problem }
  return reply.headers(pageHeaders(theme)).send(renderCodePage({ ...shown, language, theme }))
}

function refuseEmail(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, sentence }: { readonly typed: string; readonly sentence: string },
): FastifyReply {
  if (!wantsPage(request)) throw new Problem({ status: 400, code: 'invalid_parameter', detail: sentence })
  const language = choosePageLanguage(request)
  return showForm(deps, request, reply.status(400), { typed, problem: stringsIn(language).accountEmail.wrong })
}

function showForm(
  { urls, theme }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, problem }: { readonly typed?: string; readonly problem?: string },
): FastifyReply {
  const language = choosePageLanguage(request)
  return reply.headers(pageHeaders(theme)).send(renderEmailForm({ urls, typed, problem, language, theme }))
}
