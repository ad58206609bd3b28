import type { FastifyReply, FastifyRequest } from 'fastify'
import { logInByMail } from '../../domain/account-acts/log-in-by-mail.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import {
  type FoundChallenge,
  findChallenge,
  type OpenChallenge,
  type OverChallenge,
  overMeanwhile,
} from '../../domain/email-challenges/find-challenge.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { answerLinkOver } from '../answer-link-over.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { returnAfterMail } from '../return-after-mail.ts'
import { withReturnTo } from '../with-return-to.ts'
import { renderConfirmationPage } from './confirmation-page.ts'

/** Shows whoever has the link whom it signs in. Changes nothing. */
export async function showConfirmation(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const found = await find(deps, secret)
  if (found.state !== 'open') return showOver(deps, request, reply, found)
  const { username } = await getAccount(database.read, found.challenge.accountId ?? '')
  const waiting = await findPendingAuthorization(database.read, urls, found.challenge.payload.returnTo, clock.now())
  const language = choosePageLanguage(request, waiting?.pending.request.uiLocales)
  const page = renderConfirmationPage({ action: urls.emailLoginConfirmationPath, secret, username, language, theme })
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
}

/** Signs in by a link or by what its code gave, once; what is still pending, such as a second factor, comes next. */
export async function confirmLogin(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): Promise<FastifyReply> {
  const found = await find(deps, secret)
  if (found.state !== 'open') return showOver(deps, request, reply, found)
  const step = await admitAndFinish(deps, request, found)
  if (step === undefined) return showOver(deps, request, reply, overMeanwhile(found))
  deps.countLogin('succeeded')
  reply.header('set-cookie', step.setCookies).header('cache-control', 'no-store')
  return wantsPage(request) ? reply.redirect(step.location, 303) : reply.send({ location: step.location })
}

/** Undefined where somebody was faster, or the account has changed. */
async function admitAndFinish(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  { challenge, by }: OpenChallenge,
): Promise<FinishedStep | undefined> {
  const { database, urls } = deps
  const network = parseNetwork(request.ip)
  return database.write(async (tx) => {
    if (!(await logInByMail(tx, { challenge, network }))) return undefined
    const who = { accountId: challenge.accountId ?? '', network, methods: ['otp'] }
    const returnTo = returnAfterMail(urls, by, challenge.payload.returnTo)
    return finishLoginStep(tx, deps, request, { who, returnTo })
  })
}

function find({ database, sealer, clock }: EmailFlowDeps, secret: string): Promise<FoundChallenge> {
  return findChallenge(database.read, sealer, { secret, purposes: ['log_in'], now: clock.now() })
}

function showOver(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { state, returnTo }: OverChallenge,
): FastifyReply {
  return answerLinkOver(deps, request, reply, { state, againPath: withReturnTo(deps.urls.emailLoginPath, returnTo) })
}
