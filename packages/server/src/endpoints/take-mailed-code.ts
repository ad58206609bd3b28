import type { FastifyReply, FastifyRequest } from 'fastify'
import { enterCode } from '../domain/email-challenges/enter-code.ts'
import { pageHeaders } from '../platform/html/page-headers.ts'
import { wantsPage } from '../platform/http/wants-page.ts'
import { choosePageLanguage } from './choose-page-language.ts'
import { type CodeProblem, renderCodePage } from './code-page.ts'
import { refusedCodeStatuses, toCodeProblem } from './code-problem.ts'
import type { EmailFlowDeps } from './email-flow-deps.ts'
import type { MailDoor } from './mail-door.ts'
import type { CodeBody, CodeQuery } from './parse-code-request.ts'
import { parseReturnTo } from './parse-return-to.ts'
import { findPendingAuthorization, formTargets } from './pending-authorization.ts'
import { withReturnTo } from './with-return-to.ts'

/** Takes the code where the mail was asked for. */
export async function takeMailedCode(
  deps: EmailFlowDeps,
  door: MailDoor,
  request: FastifyRequest<{ Body: CodeBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { challenge: id, code: typed } = request.body
  const entered = await deps.database.write((tx) =>
    enterCode(tx, deps.sealer, { id, purposes: [door.act], typed, address: request.ip }),
  )
  if (entered.ok) return door.takeProof(request, reply, entered.proof)
  if (!wantsPage(request)) throw toCodeProblem(entered)
  reply.status(refusedCodeStatuses[entered.reason])
  if (entered.reason === 'throttled') reply.header('retry-after', entered.retryAfterSeconds)
  return showCodePage(deps, door, request, reply, { query: request.body, problem: entered })
}

/** Tells nothing of the challenge: the page is the same for any. */
export async function showCodePage(
  { urls, database, clock, theme }: EmailFlowDeps,
  door: MailDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  { query, problem }: { readonly query: CodeQuery; readonly problem?: CodeProblem },
): Promise<FastifyReply> {
  const { challenge } = query
  const returnTo = parseReturnTo(query.return_to, urls.origin)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const lead = door.words(language).sent
  const againPath = withReturnTo(door.path, returnTo)
  const shown = { action: door.codePath, challenge, returnTo, lead, againPath, problem, language, theme }
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(renderCodePage(shown))
}
