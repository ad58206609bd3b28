import type { FastifyReply, FastifyRequest } from 'fastify'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { useOneTime } from '../../domain/one-time/one-time.ts'
import { cancelDeletion } from '../../domain/personal-data/cancel-deletion.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { describeDoer } from '../describe-doer.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { noticeDeps } from '../notice-deps.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { findKeeping, lockKeeping, renderKeepingCookie } from '../pending-keeping.ts'
import type { AccountEndpointDeps } from './account-endpoint.ts'
import { renderDeletionNoticePage, renderKeepingPage } from './keeping-page.ts'
import { type KeepBody, keepBodySchema } from './parse-request.ts'

type KeepRequest = FastifyRequest<{ Body: KeepBody }>

/** Serves the step of a login that asks whether an account which is to be deleted is kept. */
export function keepingRoutes(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock, theme } = deps
  server.get(urls.accountKeepingPath, async (request, reply) => {
    const now = clock.now()
    const pending = await findKeeping(database.read, urls, request, now)
    const account = pending && (await findAccount(database.read, pending.step.who.accountId))
    if (account?.deleteAfter === undefined || account.deleteAfter <= now) return sendOver(deps, request, reply)
    const { username, deleteAfter } = account
    const waiting = await findPendingAuthorization(database.read, urls, pending?.step.returnTo, now)
    const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
    const page = renderKeepingPage({ username, deleteAfter, urls, language, theme })
    return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
  })
  server.post(urls.accountKeepingPath, { schema: { body: keepBodySchema } }, async (request: KeepRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
    const step = request.body.decision === 'keep' ? await keep(deps, request) : leave(deps)
    if (!step) return sendOver(deps, request, reply.status(400))
    const cookies = [renderKeepingCookie(urls, ''), ...step.setCookies]
    return reply.header('set-cookie', cookies).header('cache-control', 'no-store').redirect(step.location, 303)
  })
}

/** Undefined where no login waits for it any more, or the account is not to be had back. */
async function keep(deps: AccountEndpointDeps, request: KeepRequest): Promise<FinishedStep | undefined> {
  const { database, urls } = deps
  return database.write(async (tx) => {
    const pending = await lockKeeping(tx, urls, request)
    if (!pending || !(await useOneTime(tx, pending.id, 'kept'))) return undefined
    const { accountId } = pending.step.who
    const account = await findAccount(tx.sql, accountId)
    if (!account || account.disabledAt !== undefined) return undefined
    // Somebody may have kept it meanwhile, in another browser.
    if (account.deleteAfter !== undefined) {
      if (account.deleteAfter <= tx.now) return undefined
      const told = { notices: noticeDeps(deps), doer: describeDoer(request) }
      if (!(await cancelDeletion(tx, { accountId, actor: `account:${accountId}`, told }))) return undefined
    }
    return finishLoginStep(tx, deps, request, pending.step)
  })
}

function leave({ urls }: AccountEndpointDeps): FinishedStep {
  return { setCookies: [], location: urls.loginPath }
}

function sendOver({ urls, theme }: AccountEndpointDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = choosePageLanguage(request)
  return reply.headers(pageHeaders(theme)).send(renderDeletionNoticePage({ urls, language, theme }))
}
