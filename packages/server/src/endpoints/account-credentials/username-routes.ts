import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseUsername } from '../../domain/account-acts/choose-username.ts'
import { parseOwnUsername } from '../../domain/accounts/parse-own-username.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { type NameFault, stringsIn } from '../../platform/html/strings/strings.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { toThrottledProblem } from '../code-problem.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { sendToLogin } from '../send-to-login.ts'
import { renderCredentialForm, renderTextField } from './credential-form.ts'
import { findFreshOwner } from './own-account.ts'
import { type UsernameBody, usernameBodySchema } from './parse-request.ts'

type RefusedName =
  | { readonly reason: NameFault; readonly sentence: string }
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Serves the form for another user name, and takes it. */
export function usernameRoutes(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls, database } = deps
  const path = urls.accountUsernamePath
  server.get(path, async (request, reply) => {
    const owner = await findFreshOwner(deps, request, reply, path)
    return owner ? showForm(deps, request, reply, { typed: owner.account.username }) : reply
  })
  type Choosing = FastifyRequest<{ Body: UsernameBody }>
  server.post(path, { schema: { body: usernameBodySchema } }, async (request: Choosing, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and change your user name there.')
    const owner = await findFreshOwner(deps, request, reply, path)
    if (owner === undefined) return reply
    const { username: typed } = request.body
    const parsed = parseOwnUsername(typed, owner.account.email)
    if (!parsed.ok) return refuse(deps, request, reply, { typed, refused: parsed })
    const chosen = { username: parsed.username, address: request.ip }
    const outcome = await database.write(async (tx) => {
      const session = await lockBrowserSession(tx, urls, request)
      return session && chooseUsername(tx, { ...chosen, accountId: session.accountId })
    })
    if (outcome === undefined) return sendToLogin(urls, request, reply)
    if (!outcome.ok && outcome.reason === 'throttled') return refuse(deps, request, reply, { typed, refused: outcome })
    const sentence = 'This name is taken. Choose another one.'
    if (!outcome.ok) return refuse(deps, request, reply, { typed, refused: { reason: 'taken', sentence } })
    reply.header('cache-control', 'no-store')
    return wantsPage(request) ? reply.redirect(urls.accountSecurityPath, 303) : reply.status(204).send()
  })
}

function refuse(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, refused }: { readonly typed: string; readonly refused: RefusedName },
): FastifyReply {
  if (!wantsPage(request)) throw toProblem(refused)
  const language = choosePageLanguage(request)
  const { names, login } = stringsIn(language)
  if (refused.reason !== 'throttled')
    return showForm(deps, request, reply.status(400), { typed, problem: names[refused.reason] })
  const problem = login.throttledUntil(relativeTime(refused.retryAfterSeconds, language))
  reply.status(429).header('retry-after', refused.retryAfterSeconds)
  return showForm(deps, request, reply, { typed, problem })
}

function toProblem(refused: RefusedName): Problem {
  if (refused.reason === 'throttled') return toThrottledProblem(refused.retryAfterSeconds)
  const { reason, sentence: detail } = refused
  return new Problem({ status: 400, code: 'refused_username', detail, members: { reason } })
}

function showForm(
  { urls, theme }: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, problem }: { readonly typed: string; readonly problem?: string },
): FastifyReply {
  const language = choosePageLanguage(request)
  const { change: title, lead, field: label } = stringsIn(language).accountUsername
  const field = { name: 'username', label, value: typed, autocomplete: 'username', isWrong: problem !== undefined }
  const fields = renderTextField(field)
  const form = { title, lead, action: urls.accountUsernamePath, fields, submit: title, problem }
  return reply.headers(pageHeaders(theme)).send(renderCredentialForm({ ...form, urls, language, theme }))
}
