import type { FastifyReply, FastifyRequest } from 'fastify'
import { findUpstream } from '../../domain/upstreams/find-upstream.ts'
import { Problem } from '../../platform/http/problem.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { bindBrowser } from '../browser-binding.ts'
import { findPendingAuthorization, type PendingAuthorization } from '../pending-authorization.ts'
import { callbackUrl } from './callback-url.ts'
import type { FederationDeps } from './federation-deps.ts'
import { leaveFor } from './leave-for.ts'
import { issueUpstreamLogin } from './pending-upstream-login.ts'
import { throwUpstreamProblem } from './upstream-problem.ts'

/** What a login with an upstream is begun for. */
export interface UpstreamStart {
  readonly upstreamId: string
  readonly returnTo: string | undefined
  /** The account that is to be connected. Absent: the person wants to sign in. */
  readonly connectTo?: string
}

/** Remembers what was asked, and sends the browser to the upstream. */
export async function startUpstreamLogin(
  deps: FederationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { upstreamId, returnTo, connectTo }: UpstreamStart,
): Promise<FastifyReply> {
  const { urls, database, clock, theme, upstreams } = deps
  const upstream = await findUpstream(database.read, upstreamId)
  if (!upstream) throw new Problem({ status: 404, code: 'not_found', detail: 'There is no such provider.' })
  const waiting = await findPendingAuthorization(database.read, urls, returnTo, clock.now())
  const browser = bindBrowser(urls, request)
  const secrets = { nonce: randomSecret(), codeVerifier: randomSecret() }
  const { parameters, freshSince } = demandsOf(waiting, clock.now())
  const state = await database.write((tx) =>
    issueUpstreamLogin(tx, { upstreamId, ...secrets, browserHash: browser.hash, returnTo, connectTo, freshSince }),
  )
  const redirectUri = callbackUrl(urls, upstreamId)
  const built = await upstreams.buildUrl(upstream, { redirectUri, state, ...secrets, parameters })
  if (!built.ok) return throwUpstreamProblem(request, upstream, built)
  reply.header('set-cookie', browser.setCookie)
  return leaveFor(reply, theme, { name: upstream.name, url: built.url.href })
}

/** OpenID Connect Core §3.1.2.1: what our own client asks of the login is asked of the upstream. */
function demandsOf(
  waiting: PendingAuthorization | undefined,
  now: number,
): { readonly parameters: Readonly<Record<string, string>>; readonly freshSince: number | undefined } {
  if (!waiting) return { parameters: {}, freshSince: undefined }
  const { loginHint, prompt, maxAgeSeconds } = waiting.pending.request
  const hint = loginHint === undefined ? {} : { login_hint: loginHint }
  if (prompt.includes('login'))
    return { parameters: { ...hint, prompt: 'login', max_age: '0' }, freshSince: waiting.pending.shownAt }
  if (maxAgeSeconds === undefined) return { parameters: hint, freshSince: undefined }
  return { parameters: { ...hint, max_age: String(maxAgeSeconds) }, freshSince: now - maxAgeSeconds * 1000 }
}
