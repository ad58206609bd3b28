import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { admitLogin, type LoginAdmission } from '../../domain/login/admit-login.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { useOneTime } from '../../domain/one-time/one-time.ts'
import { findUpstream } from '../../domain/upstreams/find-upstream.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { findBrowserHash } from '../browser-binding.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import { type RefusedLogin, refusedLoginStatuses, verifyLoginAttempt } from '../verify-login-attempt.ts'
import type { FederationDeps } from './federation-deps.ts'
import { renderLinkPage } from './link-page.ts'
import type { LinkBody } from './parse-request.ts'
import { findLink, type PendingLink } from './pending-upstream-login.ts'
import { showNotice } from './show-notice.ts'
import { tellOfIdentity } from './tell-of-identity.ts'

/** Somebody else used the link or has the identity by now: what this transaction did is undone. */
class LinkTakenError extends Error {
  override readonly name = 'LinkTakenError'
}

/** Takes the password of the account that an identity is to be connected with: the proof without which no identity becomes an account's. */
export async function linkAccount(
  deps: FederationDeps,
  request: FastifyRequest<{ Body: LinkBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  const { link: secret, password } = request.body
  const browserHash = findBrowserHash(urls, request)
  const found = await findLink(database.read, { secret, browserHash, now: clock.now() })
  const upstream = found && (await findUpstream(database.read, found.link.upstreamId))
  if (!found || !upstream) return showNotice(deps, reply, 'expired', { name: '' })
  const { email, returnTo } = found.link
  const shown = { name: upstream.name, link: secret, email, returnTo }
  const onRead = () => request.leaveGate?.()
  const attempt = { login: email, password, address: request.ip, signal: abortWhenGone(reply), onRead }
  const verified = await verifyLoginAttempt(deps, attempt)
  if (!verified.ok) return showRefused(deps, reply, verified, shown)
  const linked = await linkDurably(deps, request, found, verified.login)
  if (linked === undefined) return showNotice(deps, reply, 'expired', shown)
  if (!linked.ok) return showRefused(deps, reply, linked, shown)
  deps.countLogin('succeeded')
  const { setCookies, location } = linked.step
  return reply.header('set-cookie', setCookies).header('cache-control', 'no-store').redirect(location, 303)
}

interface FoundLink {
  readonly id: string
  readonly link: PendingLink
}

type Linked = { readonly ok: true; readonly step: FinishedStep } | Exclude<LoginAdmission, { ok: true }>

/** Absent where the link is used or the identity somebody's. */
async function linkDurably(
  deps: FederationDeps,
  request: FastifyRequest,
  found: FoundLink,
  login: VerifiedLogin,
): Promise<Linked | undefined> {
  try {
    return await deps.database.write((tx) => linkInTransaction(tx, deps, request, found, login))
  } catch (error) {
    if (error instanceof LinkTakenError) return undefined
    throw error
  }
}

async function linkInTransaction(
  tx: Transaction,
  deps: FederationDeps,
  request: FastifyRequest,
  { id, link }: FoundLink,
  login: VerifiedLogin,
): Promise<Linked> {
  const { account, subject } = login
  // The address may have become another account's since the page was shown, which said whose password it wants.
  if (account.id !== link.accountId) throw new LinkTakenError()
  const admission = await admitLogin(tx, login, LOGIN_CLIENT_ID)
  if (!admission.ok) return admission
  const { network } = subject
  if (!(await useOneTime(tx, id, account.id))) throw new LinkTakenError()
  const identity = { issuer: link.issuer, subject: link.subject, accountId: account.id, network }
  if (!(await linkIdentity(tx, identity))) throw new LinkTakenError()
  await tellOfIdentity(tx, deps, request, account.id)
  const who = { accountId: account.id, network, methods: ['pwd'] }
  return { ok: true, step: await finishLoginStep(tx, deps, request, { who, returnTo: link.returnTo }) }
}

interface ShownLink {
  readonly name: string
  readonly link: string
  readonly email: string
  readonly returnTo?: string | undefined
}

async function showRefused(
  deps: FederationDeps,
  reply: FastifyReply,
  refused: RefusedLogin,
  shown: ShownLink,
): Promise<FastifyReply> {
  deps.countLogin(refused.reason)
  reply.status(refusedLoginStatuses[refused.reason])
  if (refused.reason !== 'refused') reply.header('retry-after', refused.retryAfterSeconds)
  const { login, federation } = stringsIn(choosePageLanguage(reply.request))
  const problem = refused.reason === 'refused' ? federation.wrongPassword : login[refused.reason]
  return showLinkPage(deps, reply, shown, problem)
}

/** Asks for the password. */
export async function showLinkPage(
  { urls, theme, database, clock }: FederationDeps,
  reply: FastifyReply,
  { name, link, email, returnTo }: ShownLink,
  problem?: string,
): Promise<FastifyReply> {
  const language = choosePageLanguage(reply.request)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const page = renderLinkPage({ name, email, link, action: urls.loginLinkPath, problem, language, theme })
  return reply.headers(pageHeaders(theme, formTargets(waiting))).send(page)
}
