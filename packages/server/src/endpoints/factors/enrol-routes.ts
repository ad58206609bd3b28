import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { addMethods } from '../../domain/assurance/acr.ts'
import { findPendingStep } from '../../domain/login/find-pending-step.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import {
  beginTotpEnrolment,
  openTotpEnrolment,
  showTotp,
  type TotpEnrolment,
} from '../../domain/totp/totp-enrolment.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { html } from '../../platform/html/html.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import {
  type BegunLogin,
  findBegunLogin,
  findProgress,
  lockBegunLogin,
  stepUrl,
  takeStep,
  useBegunLogin,
  type WantedStep,
} from '../begun-login.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { isFreshLogin, sendToFreshLogin } from '../send-to-login.ts'
import { renderReturnTo } from '../with-return-to.ts'
import { addAuthenticatorApp } from './change-factors.ts'
import { renderEnrolledPage, renderEnrolPage } from './factor-pages.ts'
import type { FactorsDeps } from './factors-deps.ts'
import { type EnrolBody, type EnrolQuery, enrolBodySchema, enrolQuerySchema } from './parse-request.ts'

type EnrolPost = FastifyRequest<{ Body: EnrolBody }>

type Enrolled =
  | { readonly ok: true; readonly step: FinishedStep; readonly accountId: string; readonly codes: readonly string[] }
  | { readonly ok: false; readonly reason: 'ended' }
  /** Absent: what the form carried was too old or another's. */
  | { readonly ok: false; readonly reason: 'wrong_code'; readonly enrolment: TotpEnrolment | undefined }

/** Serves the page of a login that cannot do without a second factor, and takes the first code of one. */
export function enrolRoutes(server: HttpServer, deps: FactorsDeps): void {
  const { urls } = deps
  const read = ({ return_to, step_up }: EnrolQuery): WantedStep => ({
    isStepUp: step_up === '1',
    returnTo: parseReturnTo(return_to, urls.origin),
  })
  server.get<{ Querystring: EnrolQuery }>(
    urls.enrolPath,
    { schema: { querystring: enrolQuerySchema } },
    (request, reply) => showEnrolment(deps, request, reply, read(request.query)),
  )
  server.post(urls.enrolPath, { schema: { body: enrolBodySchema } }, async (request: EnrolPost, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
    return takeEnrolment(deps, request, reply, read(request.body))
  })
}

/** Shows the form, or leads to the page of second factors, which knows what else there is to do. */
async function showEnrolment(
  deps: FactorsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: WantedStep,
  again?: { readonly enrolment: TotpEnrolment | undefined },
): Promise<FastifyReply> {
  const { urls, database, clock, sealer, theme } = deps
  const now = clock.now()
  const begun = await findBegunLogin(database.read, urls, request, { ...wanted, now })
  const progress = begun && (await findProgress(database.read, urls, begun, { ...wanted, now }))
  const pending = progress && (await findPendingStep(database.read, progress))
  if (!begun || pending?.kind !== 'enrolment') return toSecondFactor(deps, reply, wanted)
  const { accountId, returnTo } = begun.login
  // Whoever found an old session open must not get a factor of their own for it.
  if (wanted.isStepUp && !isFreshLogin(begun.login, now))
    return sendToFreshLogin(urls, request, reply, returnTo ?? urls.accountSecurityPath)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, now)
  const { username } = await getAccount(database.read, accountId)
  const enrolment = again?.enrolment ?? beginTotpEnrolment(sealer, accountId, now)
  const page = renderEnrolPage({
    ...{ username, clientName: waiting?.client.name, sealed: enrolment.sealed, isWrong: again !== undefined, theme },
    action: urls.enrolPath,
    app: showTotp(enrolment, theme.name, username),
    fields: renderFields(begun, wanted),
    switchUrl: `${urls.loginPath}?return_to=${encodeURIComponent(returnTo ?? '')}&switch=1`,
    language: choosePageLanguage(request, waiting?.pending.request.uiLocales),
  })
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
}

function renderFields({ id, login: { returnTo } }: BegunLogin, { isStepUp }: WantedStep): ReturnType<typeof html> {
  return html`<input type="hidden" name="step" value="${id}">
${renderReturnTo(returnTo)}${isStepUp ? html`<input type="hidden" name="step_up" value="1">\n` : undefined}`
}

async function takeEnrolment(
  deps: FactorsDeps,
  request: EnrolPost,
  reply: FastifyReply,
  wanted: WantedStep,
): Promise<FastifyReply> {
  const { database, theme } = deps
  const enrolled = await takeStep(database, (tx) => takeInTransaction(tx, deps, request, wanted))
  if (!enrolled.ok && enrolled.reason === 'ended') return toSecondFactor(deps, reply, wanted)
  if (!enrolled.ok) return showEnrolment(deps, request, reply.status(400), wanted, enrolled)
  const { step, accountId, codes } = enrolled
  reply.header('set-cookie', step.setCookies)
  if (codes.length === 0) return reply.header('cache-control', 'no-store').redirect(step.location, 303)
  const { username } = await getAccount(database.read, accountId)
  const language = choosePageLanguage(request)
  const shown = { codes, name: theme.name, username, nextUrl: step.location, language }
  return reply.headers(pageHeaders(theme)).send(renderEnrolledPage({ ...shown, theme }))
}

async function takeInTransaction(
  tx: Transaction,
  deps: FactorsDeps,
  request: EnrolPost,
  wanted: WantedStep,
): Promise<Enrolled> {
  const { urls, sealer } = deps
  const { step, enrolment: sealed, code: typed } = request.body
  const begun = await lockBegunLogin(tx, urls, request, wanted)
  if (begun?.id !== step) return { ok: false, reason: 'ended' }
  const { accountId, methods, authenticatedAt, returnTo } = begun.login
  if (wanted.isStepUp && !isFreshLogin(begun.login, tx.now)) return { ok: false, reason: 'ended' }
  const progress = await findProgress(tx.sql, urls, begun, { ...wanted, now: tx.now })
  const pending = await findPendingStep(tx.sql, progress)
  if (pending?.kind !== 'enrolment') return { ok: false, reason: 'ended' }
  const enrolment = openTotpEnrolment(sealer, { accountId, sealed, now: tx.now })
  if (!enrolment) return { ok: false, reason: 'wrong_code', enrolment: undefined }
  const added = await addAuthenticatorApp(tx, deps, request, { accountId, enrolment, typed })
  if (!added.ok && added.reason === 'wrong_code') return { ok: false, reason: 'wrong_code', enrolment }
  if (!added.ok) return { ok: false, reason: 'ended' }
  await useBegunLogin(tx, begun, wanted)
  const who = { accountId, network: parseNetwork(request.ip), methods: addMethods(methods, ['otp']), authenticatedAt }
  const finished = await finishLoginStep(tx, deps, request, { who, returnTo })
  return { ok: true, step: finished, accountId, codes: added.recoveryCodes }
}

function toSecondFactor({ urls }: FactorsDeps, reply: FastifyReply, wanted: WantedStep): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(stepUrl(urls.secondFactorPath, wanted), 303)
}
