import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { mayChangeFactors } from '../../domain/login/may-change-factor.ts'
import { forgetDevice, forgetDevices } from '../../domain/remembered-devices/remembered-devices.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { findTotp } from '../../domain/totp/totp.ts'
import {
  beginTotpEnrolment,
  openTotpEnrolment,
  showTotp,
  type TotpEnrolment,
} from '../../domain/totp/totp-enrolment.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { sendToStepUp } from '../send-to-step-up.ts'
import { addAuthenticatorApp, removeAuthenticatorApp, renewRecoveryCodes } from './change-factors.ts'
import { enrolRoutes } from './enrol-routes.ts'
import { renderRecoveryCodesPage, renderTotpPage } from './factor-pages.ts'
import type { FactorsDeps } from './factors-deps.ts'
import { type ForgetBody, forgetBodySchema, type TotpBody, totpBodySchema } from './parse-request.ts'

/** What a person does who may: with their session, proved fresh and by a factor that they have. */
type Act<R extends FastifyRequest> = (request: R, reply: FastifyReply, session: Session) => Promise<FastifyReply>

/** Serves how factors are added and removed. */
export function factorsEndpoint(server: HttpServer, deps: FactorsDeps): void {
  const { urls } = deps
  server.get(
    urls.accountTotpPath,
    guarded(deps, urls.accountTotpPath, (request, reply, session) => showForm(deps, request, reply, session)),
  )
  server.post(
    urls.accountTotpPath,
    { schema: { body: totpBodySchema } },
    guarded<FastifyRequest<{ Body: TotpBody }>>(deps, urls.accountTotpPath, (request, reply, session) =>
      takeAuthenticatorApp(deps, request, reply, session),
    ),
  )
  server.post(
    urls.accountTotpRemovalPath,
    guarded(deps, urls.accountSecurityPath, async (request, reply, { accountId }) => {
      await changeDurably(deps, request, (tx) => removeAuthenticatorApp(tx, deps, request, accountId))
      return toSecurity(deps, request, reply)
    }),
  )
  server.post(
    urls.accountRecoveryCodesPath,
    guarded(deps, urls.accountSecurityPath, async (request, reply, { accountId }) => {
      const renew = (tx: Transaction) => renewRecoveryCodes(tx, deps, request, accountId)
      const codes = (await changeDurably(deps, request, renew)) ?? []
      if (codes.length === 0) return toSecurity(deps, request, reply)
      return sendCodes(deps, request, reply, accountId, codes)
    }),
  )
  server.post(
    urls.accountRememberedDevicesPath,
    { schema: { body: forgetBodySchema } },
    (request: FastifyRequest<{ Body: ForgetBody }>, reply) => forget(deps, request, reply),
  )
  enrolRoutes(server, deps)
}

/** Asks, in this order: is the page one of this origin, who is signed in, since when, and by how much. */
function guarded<R extends FastifyRequest>(
  deps: FactorsDeps,
  returnTo: string,
  act: Act<R>,
): (request: R, reply: FastifyReply) => Promise<FastifyReply> {
  const { urls, database, clock } = deps
  return async (request, reply) => {
    if (request.method === 'POST')
      refuseCrossOrigin(request, urls.origin, 'Open your account page here and change it there.')
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, returnTo)
    if (!(await mayChangeFactors(database.read, session))) return sendToStepUp(urls, request, reply, returnTo)
    return act(request, reply, session)
  }
}

/**
 * Makes a change where the session still may, with its account locked: it may have ended meanwhile, or the account may have got a factor that it
 * has not proved. Undefined, and nothing done, where it may not.
 */
function changeDurably<Made>(
  { urls, database }: FactorsDeps,
  request: FastifyRequest,
  change: (tx: Transaction) => Promise<Made>,
): Promise<Made | undefined> {
  return database.write(async (tx) => {
    const session = await lockBrowserSession(tx, urls, request)
    return session && (await mayChangeFactors(tx.sql, session)) ? change(tx) : undefined
  })
}

async function showForm(
  deps: FactorsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId }: Session,
  again?: TotpEnrolment,
): Promise<FastifyReply> {
  const { urls, database, clock, sealer, theme } = deps
  if ((await findTotp(database.read, accountId)) !== undefined) return toSecurity(deps, request, reply)
  const enrolment = again ?? beginTotpEnrolment(sealer, accountId, clock.now())
  const { username } = await getAccount(database.read, accountId)
  const page = renderTotpPage({
    action: urls.accountTotpPath,
    app: showTotp(enrolment, theme.name, username),
    sealed: enrolment.sealed,
    isWrong: again !== undefined,
    language: choosePageLanguage(request),
    ...{ urls, theme },
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

async function takeAuthenticatorApp(
  deps: FactorsDeps,
  request: FastifyRequest<{ Body: TotpBody }>,
  reply: FastifyReply,
  session: Session,
): Promise<FastifyReply> {
  const { accountId } = session
  const { enrolment: sealed, code } = request.body
  const enrolment = openTotpEnrolment(deps.sealer, { accountId, sealed, now: deps.clock.now() })
  if (!enrolment) return showForm(deps, request, reply.status(400), session)
  const app = { accountId, enrolment, typed: code }
  const added = await changeDurably(deps, request, (tx) => addAuthenticatorApp(tx, deps, request, app))
  if (added?.ok === false && added.reason === 'wrong_code')
    return showForm(deps, request, reply.status(400), session, enrolment)
  if (!added?.ok || added.recoveryCodes.length === 0) return toSecurity(deps, request, reply)
  return sendCodes(deps, request, reply, accountId, added.recoveryCodes)
}

async function sendCodes(
  { urls, database, theme }: FactorsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  accountId: string,
  codes: readonly string[],
): Promise<FastifyReply> {
  if (!wantsPage(request)) return reply.header('cache-control', 'no-store').send({ recovery_codes: codes })
  const { username } = await getAccount(database.read, accountId)
  const language = choosePageLanguage(request)
  const shown = { codes, name: theme.name, username, nextUrl: urls.accountSecurityPath, language }
  return reply.headers(pageHeaders(theme)).send(renderRecoveryCodesPage({ ...shown, urls, theme }))
}

/** Less is trusted then, so it needs no fresh login. */
async function forget(
  deps: FactorsDeps,
  request: FastifyRequest<{ Body: ForgetBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  refuseCrossOrigin(request, urls.origin, 'Open your account page here and change it there.')
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  if (!session) return sendToLogin(urls, request, reply)
  const { accountId } = session
  const { forget: id } = request.body
  await database.write((tx) =>
    id === 'all' ? forgetDevices(tx, accountId, `account:${accountId}`) : forgetDevice(tx, accountId, id),
  )
  return toSecurity(deps, request, reply)
}

function toSecurity({ urls }: FactorsDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('cache-control', 'no-store')
  return wantsPage(request) ? reply.redirect(urls.accountSecurityPath, 303) : reply.status(204).send()
}
