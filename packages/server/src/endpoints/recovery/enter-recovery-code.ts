import type { FastifyReply, FastifyRequest } from 'fastify'
import { enterCode } from '../../domain/email-challenges/enter-code.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { type CodeProblem, renderCodePage } from '../code-page.ts'
import { refusedCodeStatuses, toCodeProblem } from '../code-problem.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import type { CodeBody, CodeQuery } from '../parse-code-request.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { findPendingAuthorization } from '../pending-authorization.ts'
import { showNewPassword } from './set-new-password.ts'

/** Takes the code where the mail was asked for, and goes on to the new password. */
export async function enterRecoveryCode(
  deps: EmailFlowDeps,
  request: FastifyRequest<{ Body: CodeBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { challenge: id, code: typed } = request.body
  const entered = await deps.database.write((tx) =>
    enterCode(tx, deps.sealer, { id, purposes: ['recover'], typed, address: request.ip }),
  )
  if (entered.ok) {
    if (wantsPage(request)) return showNewPassword(deps, request, reply, entered.proof)
    return reply.header('cache-control', 'no-store').send({ secret: entered.proof })
  }
  if (!wantsPage(request)) throw toCodeProblem(entered)
  reply.status(refusedCodeStatuses[entered.reason])
  if (entered.reason === 'throttled') reply.header('retry-after', entered.retryAfterSeconds)
  return showCodePage(deps, request, reply, request.body, entered)
}

/** Tells nothing of the challenge: the page is the same for any. */
export async function showCodePage(
  { urls, database, clock, theme }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { challenge, return_to }: CodeQuery,
  problem?: CodeProblem,
): Promise<FastifyReply> {
  const returnTo = parseReturnTo(return_to, urls.origin)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const lead = stringsIn(language).recovery.sent
  const againPath =
    returnTo === undefined ? urls.recoveryPath : `${urls.recoveryPath}?${new URLSearchParams({ return_to: returnTo })}`
  const shown = { action: urls.recoveryCodePath, challenge, returnTo, lead, againPath, problem, language, theme }
  return reply.headers(pageHeaders(theme)).send(renderCodePage(shown))
}
