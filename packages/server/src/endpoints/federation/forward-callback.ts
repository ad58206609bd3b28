import type { FastifyReply } from 'fastify'
import { findUpstream } from '../../domain/upstreams/find-upstream.ts'
import { Problem } from '../../platform/http/problem.ts'
import { callbackUrl } from './callback-url.ts'
import type { FederationDeps } from './federation-deps.ts'
import type { CallbackBody } from './parse-request.ts'

/**
 * Sends an answer by form_post (OAuth 2.0 Form Post Response Mode §2) on to the same address by GET: the form comes from another site, so
 * without our cookies, which are SameSite=Lax. Decides nothing and changes nothing.
 */
export async function forwardCallback(
  { urls, database }: FederationDeps,
  reply: FastifyReply,
  upstreamId: string,
  { code, state, iss, error }: CallbackBody,
): Promise<FastifyReply> {
  const upstream = await findUpstream(database.read, upstreamId)
  if (!upstream?.appleKey) throw new Problem({ status: 404, code: 'not_found', detail: 'There is no such provider.' })
  const callback = new URL(callbackUrl(urls, upstream.id))
  for (const [name, value] of Object.entries({ code, state, iss, error }))
    if (value !== undefined) callback.searchParams.set(name, value)
  return reply.header('cache-control', 'no-store').redirect(callback.href, 303)
}
