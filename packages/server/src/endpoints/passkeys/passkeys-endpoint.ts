import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { mayChangePasskeys } from '../../domain/login/may-change-factor.ts'
import { isDisplayName } from '../../domain/names/display-name.ts'
import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import { removePasskey } from '../../domain/passkeys/remove-passkey.ts'
import { renamePasskey } from '../../domain/passkeys/rename-passkey.ts'
import { resumePasskey } from '../../domain/passkeys/resume-passkey.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { describeDoer } from '../describe-doer.ts'
import { noticeDeps } from '../notice-deps.ts'
import { passkeyScript } from '../passkey-script.ts'
import { findPasskeySignals } from '../render-passkey-signals.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { sendToStepUp } from '../send-to-step-up.ts'
import { newPasskeyRoutes } from './new-passkey-routes.ts'
import { type ChangeBody, changeBodySchema, type PasskeysQuery, passkeysQuerySchema } from './parse-request.ts'
import { passkeyOfferRoutes } from './passkey-offer-routes.ts'
import { type PasskeyProblem, renderPasskeysPage } from './passkey-pages.ts'
import type { PasskeysDeps } from './passkeys-deps.ts'

type ChangeRequest = FastifyRequest<{ Body: ChangeBody }>

/** Serves a person's passkeys, and what they do with them. */
export function passkeysEndpoint(server: HttpServer, deps: PasskeysDeps): void {
  const { urls, database, clock } = deps
  const { relyingParty } = urls
  server.get<{ Querystring: PasskeysQuery }>(
    urls.accountPasskeysPath,
    { schema: { querystring: passkeysQuerySchema } },
    async (request, reply) => {
      const session = await findBrowserSession(database.read, urls, request, clock.now())
      if (!session) return sendToLogin(urls, request, reply)
      return sendPasskeys(deps, request, reply, { session, removed: request.query.removed })
    },
  )
  const schema = { body: changeBodySchema }
  server.post(urls.accountPasskeysPath, { schema }, async (request: ChangeRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and change it there.')
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    if (request.body.act === 'rename') return rename(deps, request, reply, session)
    if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, urls.accountPasskeysPath)
    if (!(await mayChangePasskeys(database.read, session)))
      return sendToStepUp(urls, request, reply, urls.accountPasskeysPath)
    return request.body.act === 'remove' ? remove(deps, request, reply, session) : resume(deps, request, reply)
  })
  if (!relyingParty) return
  newPasskeyRoutes(server, deps, relyingParty)
  passkeyOfferRoutes(server, deps, relyingParty)
}

async function rename(
  deps: PasskeysDeps,
  request: ChangeRequest,
  reply: FastifyReply,
  session: Session,
): Promise<FastifyReply> {
  const { passkey: id, name = '' } = request.body
  if (!isDisplayName(name)) return sendPasskeys(deps, request, reply.status(400), { session, problem: 'badName' })
  const change = { id, name, network: parseNetwork(request.ip) }
  await deps.database.write(async (tx) => {
    const now = await lockBrowserSession(tx, deps.urls, request)
    if (now) await renamePasskey(tx, { ...change, accountId: now.accountId })
  })
  return backToPasskeys(deps, reply)
}

async function resume(deps: PasskeysDeps, request: ChangeRequest, reply: FastifyReply): Promise<FastifyReply> {
  const change = { id: request.body.passkey, network: parseNetwork(request.ip) }
  await changeDurably(deps, request, (tx, { accountId }) => resumePasskey(tx, { ...change, accountId }))
  return backToPasskeys(deps, reply)
}

async function remove(
  deps: PasskeysDeps,
  request: ChangeRequest,
  reply: FastifyReply,
  session: Session,
): Promise<FastifyReply> {
  const removed = await changeDurably(deps, request, (tx, { accountId }) => {
    const owner = { ...describeDoer(request), accountId }
    return removePasskey(tx, noticeDeps(deps), { owner, id: request.body.passkey, actor: `account:${accountId}` })
  })
  if (removed?.ok) return backToPasskeys(deps, reply, removed.passkey.credentialId)
  if (removed?.reason !== 'last_way_in') return backToPasskeys(deps, reply)
  return sendPasskeys(deps, request, reply.status(409), { session, problem: 'lastWayIn' })
}

/** Makes a change where the session still may, with its account locked. Undefined, and nothing done, where it has ended or may not any more. */
function changeDurably<Made>(
  { urls, database }: PasskeysDeps,
  request: FastifyRequest,
  change: (tx: Transaction, session: Session) => Promise<Made>,
): Promise<Made | undefined> {
  return database.write(async (tx) => {
    const session = await lockBrowserSession(tx, urls, request)
    return session && (await mayChangePasskeys(tx.sql, session)) ? change(tx, session) : undefined
  })
}

function backToPasskeys({ urls }: PasskeysDeps, reply: FastifyReply, removed?: string): FastifyReply {
  const query = removed === undefined ? '' : `?removed=${removed}`
  return reply.header('cache-control', 'no-store').redirect(`${urls.accountPasskeysPath}${query}`, 303)
}

interface Shown {
  readonly session: Session
  readonly problem?: PasskeyProblem
  readonly removed?: string | undefined
}

async function sendPasskeys(
  { urls, database, clock, theme }: PasskeysDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { session: { accountId }, problem, removed }: Shown,
): Promise<FastifyReply> {
  const passkeys = await listPasskeys(database.read, accountId)
  const signals = await findPasskeySignals(database.read, urls, await getAccount(database.read, accountId))
  // Whoever names one that is still there has nobody's password manager forget it.
  const gone = passkeys.some(({ credentialId }) => credentialId === removed) ? undefined : removed
  const page = renderPasskeysPage({
    ...{ urls, passkeys, problem, theme, now: clock.now(), isAvailable: urls.relyingParty !== undefined },
    signals: signals && { ...signals, removed: gone },
    language: choosePageLanguage(request),
  })
  return reply.headers(pageHeaders(theme, [], signals && passkeyScript.source)).send(page)
}
