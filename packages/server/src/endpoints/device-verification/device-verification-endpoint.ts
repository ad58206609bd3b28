import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { listApis } from '../../domain/apis/list-apis.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import {
  decideDeviceAuthorization,
  findPendingDevice,
} from '../../domain/device-authorizations/decide-device-authorization.ts'
import type { DeviceAuthorization } from '../../domain/device-authorizations/device-authorization.ts'
import { findDemandOfAccess } from '../../domain/login/demand-of-access.ts'
import { formatTypedCode, parseTypedCode } from '../../domain/one-time/typed-code.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { userCodeSubject } from '../../domain/throttle/throttle-subject.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { stepUrl } from '../begun-login.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { needsStep } from '../needs-step.ts'
import { withReturnTo } from '../with-return-to.ts'
import {
  renderDecidedDevicePage,
  renderDeviceConfirmationPage,
  renderUserCodePage,
  type UserCodeProblem,
} from './device-pages.ts'
import { type EnteredCode, enterUserCode } from './enter-user-code.ts'
import { parseVerification, type VerificationRequest } from './parse-request.ts'

export interface DeviceVerificationDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly theme: Theme
}

const ADVICE = 'Open the page here and enter the code there.'

/** Serves the verification URI, where a person enters a device's code, and takes their decision. */
export function deviceVerificationEndpoint(server: HttpServer, deps: DeviceVerificationDeps): void {
  const { urls } = deps
  server.get(urls.deviceVerificationPath, (request, reply) => askForCode(deps, request, reply))
  server.post(urls.deviceVerificationPath, (request, reply) => takeCode(deps, request, reply))
  server.post(urls.deviceDecisionPath, (request, reply) => takeDecision(deps, request, reply))
}

async function askForCode(
  deps: DeviceVerificationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { typed } = parseVerification(request)
  const session = await findBrowserSession(deps.database.read, deps.urls, request, deps.clock.now())
  if (!session) return sendToLogin(deps, reply, typed)
  return showForm(deps, reply, typed)
}

async function takeCode(
  deps: DeviceVerificationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  refuseCrossOrigin(request, deps.urls.origin, ADVICE)
  const { typed } = parseVerification(request)
  const session = await findBrowserSession(deps.database.read, deps.urls, request, deps.clock.now())
  if (!session) return sendToLogin(deps, reply, typed)
  return lookUp(deps, request, reply, { typed, session })
}

/** Shows what waits under a code, for the person who is signed in. */
async function lookUp(
  deps: DeviceVerificationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, session }: { readonly typed: string; readonly session: Session },
): Promise<FastifyReply> {
  const subject = userCodeSubject(session.accountId, request.ip)
  const entered = await deps.database.write((tx) =>
    enterUserCode(tx, { typed, subject }, (userCode) => findPendingDevice(tx.sql, userCode, tx.now)),
  )
  if (!entered.ok) return showForm(deps, reply, typed, entered)
  return showConfirmation(deps, reply, { typed, session, pending: entered.found })
}

async function takeDecision(
  deps: DeviceVerificationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  refuseCrossOrigin(request, deps.urls.origin, ADVICE)
  const asked = parseVerification(request)
  const { typed, decision } = asked
  const session = await findBrowserSession(deps.database.read, deps.urls, request, deps.clock.now())
  if (!session) return sendToLogin(deps, reply, typed)
  // Somebody else has signed in since the page was shown: they decide for themselves.
  if (decision === undefined || asked.accountId !== session.accountId)
    return lookUp(deps, request, reply, { typed, session })
  const decided = await decide(deps, request, asked)
  if (decided === undefined) return sendToLogin(deps, reply, typed)
  if (!decided.ok) return showForm(deps, reply, typed, decided)
  const clientName = await nameClient(deps, decided.found)
  const page = renderDecidedDevicePage({ isAllowed: decision === 'allow', clientName, ...looks(deps, reply) })
  return reply.headers(pageHeaders(deps.theme)).send(page)
}

/** Undefined when the session has ended meanwhile. */
async function decide(
  { database, urls }: DeviceVerificationDeps,
  request: FastifyRequest,
  { typed, accountId, decision }: VerificationRequest,
): Promise<EnteredCode<DeviceAuthorization> | undefined> {
  return database.write(async (tx) => {
    // What is allowed is remembered, and outlives the session.
    const session = await lockBrowserSession(tx, urls, request)
    if (session?.accountId !== accountId || session === undefined) return undefined
    const subject = userCodeSubject(session.accountId, request.ip)
    const { network } = subject
    return enterUserCode(tx, { typed, subject }, (userCode) =>
      decideDeviceAuthorization(tx, userCode, { isAllowed: decision === 'allow', session, network }),
    )
  })
}

async function showConfirmation(
  deps: DeviceVerificationDeps,
  reply: FastifyReply,
  shown: { readonly typed: string; readonly session: Session; readonly pending: DeviceAuthorization },
): Promise<FastifyReply> {
  const { urls, database, theme } = deps
  const { typed, session, pending } = shown
  const account = await getAccount(database.read, session.accountId)
  const api = (await listApis(database.read)).find((known) => known.audience === pending.audience)
  const client = await findClient(database.read, pending.clientId)
  const demanded = await findDemandOfAccess(database.read, account.id, { client, api })
  if (await needsStep(database.read, session, demanded)) {
    const url = stepUrl(urls.secondFactorPath, { isStepUp: true, returnTo: verificationUrl(urls, typed) })
    return reply.header('cache-control', 'no-store').redirect(url, 303)
  }
  const page = renderDeviceConfirmationPage({
    clientName: client?.name ?? pending.clientId,
    isUnverified: client?.registeredBy !== undefined,
    username: account.username,
    accountId: account.id,
    userCode: formatTypedCode(parseTypedCode(typed) ?? ''),
    network: pending.network,
    api,
    scopes: pending.scopes,
    action: urls.deviceDecisionPath,
    switchUrl: `${loginUrl(urls, typed)}&switch=1`,
    ...looks(deps, reply),
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

const STATUSES = { unknown: 400, throttled: 429 } as const

function showForm(
  deps: DeviceVerificationDeps,
  reply: FastifyReply,
  typed: string,
  problem?: UserCodeProblem,
): FastifyReply {
  const page = renderUserCodePage({
    action: deps.urls.deviceVerificationPath,
    typed,
    problem,
    ...looks(deps, reply),
  })
  if (problem) reply.status(STATUSES[problem.reason])
  if (problem?.reason === 'throttled') reply.header('retry-after', problem.retryAfterSeconds)
  return reply.headers(pageHeaders(deps.theme)).send(page)
}

async function nameClient({ database }: DeviceVerificationDeps, { clientId }: DeviceAuthorization): Promise<string> {
  return (await findClient(database.read, clientId))?.name ?? clientId
}

function looks({ theme }: DeviceVerificationDeps, { request }: FastifyReply) {
  return { language: choosePageLanguage(request), theme }
}

function sendToLogin({ urls }: DeviceVerificationDeps, reply: FastifyReply, typed: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(loginUrl(urls, typed), 303)
}

/** Where a person signs in, to come back with the code that they have typed. */
function loginUrl(urls: IssuerUrls, typed: string): string {
  return withReturnTo(urls.loginPath, verificationUrl(urls, typed))
}

function verificationUrl({ deviceVerificationPath }: IssuerUrls, typed: string): string {
  return deviceVerificationPath + (typed === '' ? '' : `?${new URLSearchParams({ user_code: typed })}`)
}
