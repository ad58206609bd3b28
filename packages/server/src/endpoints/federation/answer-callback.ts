import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { findUpstream } from '../../domain/upstreams/find-upstream.ts'
import type { Upstream, UpstreamIdentity } from '../../domain/upstreams/upstream.ts'
import { Problem } from '../../platform/http/problem.ts'
import { findBrowserHash } from '../browser-binding.ts'
import { readFrontChannelParameters } from '../front-channel-parameters.ts'
import { findPendingAuthorization } from '../pending-authorization.ts'
import { callbackUrl } from './callback-url.ts'
import type { FederationDeps } from './federation-deps.ts'
import { leaveFor } from './leave-for.ts'
import { showLinkPage } from './link-account.ts'
import { type PendingUpstreamLogin, takeUpstreamLogin } from './pending-upstream-login.ts'
import { settleIdentity } from './settle-identity.ts'
import { showNotice } from './show-notice.ts'
import { throwUpstreamProblem } from './upstream-problem.ts'

/** Two servers' clocks may differ by so much. */
const CLOCK_TOLERANCE_MS = 10_000

/** Takes what the upstream has sent back: OpenID Connect Core §3.1.2.5 and §3.1.2.6. */
export async function answerCallback(
  deps: FederationDeps,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock, upstreams } = deps
  const upstream = await findUpstream(database.read, request.params.id)
  if (!upstream) throw new Problem({ status: 404, code: 'not_found', detail: 'There is no such provider.' })
  const parameters = readParameters(request)
  const login = await takeLogin(deps, request, upstream, parameters.state)
  if (!login) return showNotice(deps, reply, 'expired', upstream)
  const { nonce, codeVerifier, returnTo } = login
  const shown = { name: upstream.name, returnTo }
  const redirectUri = callbackUrl(urls, upstream.id)
  const callback = new URL(`${redirectUri}?${new URLSearchParams(parameters)}`)
  const asked = { redirectUri, state: parameters.state ?? '', nonce, codeVerifier, parameters: {} }
  const answer = await upstreams.identify(upstream, callback, asked)
  if (!answer.ok) {
    await recordRefusal(deps, request, upstream, answer.reason)
    if (answer.reason === 'denied') return showNotice(deps, reply, 'denied', shown)
    return throwUpstreamProblem(request, upstream, answer)
  }
  const authenticatedAt = findMoment(login, answer.identity, clock.now())
  if (authenticatedAt === undefined) {
    await recordRefusal(deps, request, upstream, 'stale')
    return showNotice(deps, reply, 'stale', shown)
  }
  const settled = await settleIdentity(deps, request, { upstream, login, identity: answer.identity, authenticatedAt })
  deps.countLogin(settled.kind === 'admitted' ? 'succeeded' : 'refused')
  if (settled.kind === 'notice') return showNotice(deps, reply, settled.notice, shown)
  if (settled.kind === 'link') return showLinkPage(deps, reply, { ...settled, ...shown })
  const { setCookies, location } =
    settled.kind === 'admitted' ? settled.step : { setCookies: [], location: returnTo ?? urls.accountPath }
  for (const cookie of setCookies) reply.header('set-cookie', cookie)
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  if (waiting && location === returnTo) return leaveFor(reply, deps.theme, { name: waiting.client.name, url: location })
  return reply.header('cache-control', 'no-store').redirect(location, 303)
}

/** @throws Problem 400 for a parameter that stands twice (RFC 6749 §3.1) or holds what it may not */
function readParameters(request: FastifyRequest): Record<string, string> {
  const { values, faulty } = readFrontChannelParameters(request)
  if (faulty.length > 0) {
    const detail = 'A parameter stands twice, is too long or holds what it may not.'
    throw new Problem({ status: 400, code: 'invalid_parameter', detail })
  }
  return Object.fromEntries(Object.entries(values).map(([name, value = '']) => [name, value]))
}

/** Used before anything is asked of the upstream, so that of many callbacks one asks. */
async function takeLogin(
  { urls, database }: FederationDeps,
  request: FastifyRequest,
  { id: upstreamId }: Upstream,
  state: string | undefined,
): Promise<PendingUpstreamLogin | undefined> {
  const browserHash = findBrowserHash(urls, request)
  if (state === undefined || browserHash === undefined) return undefined
  return database.write((tx) => takeUpstreamLogin(tx, { state, upstreamId, browserHash }))
}

/** When the person proved who they are; absent where that isn't as fresh as was demanded, or the upstream doesn't say. */
function findMoment({ freshSince }: PendingUpstreamLogin, identity: UpstreamIdentity, now: number): number | undefined {
  const { authenticatedAt } = identity
  if (freshSince === undefined) return Math.min(authenticatedAt ?? now, now)
  if (authenticatedAt === undefined || authenticatedAt < freshSince - CLOCK_TOLERANCE_MS) return undefined
  return Math.min(Math.max(authenticatedAt, freshSince), now)
}

async function recordRefusal(
  { database, countLogin }: FederationDeps,
  request: FastifyRequest,
  upstream: Upstream,
  reason: string,
): Promise<void> {
  countLogin('refused')
  await database.write((tx) =>
    recordAuditEvent(tx, {
      ...{ act: 'login.refused', actor: 'anonymous', outcome: 'refused', clientId: LOGIN_CLIENT_ID },
      network: parseNetwork(request.ip),
      detail: { upstream: upstream.id, reason: `upstream_${reason}` },
    }),
  )
}
