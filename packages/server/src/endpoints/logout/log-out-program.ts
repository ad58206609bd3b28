import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import type { RefreshKeyRing } from '../../domain/refresh-keys/refresh-key-ring.ts'
import { endPresentedSession } from '../../domain/sessions/end-presented-session.ts'
import { verifyRefreshToken } from '../../domain/sessions/refresh-token.ts'
import type { Database } from '../../platform/database/database.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { findRefreshCookie, renderRefreshCookie } from '../refresh-cookie.ts'
import type { LogoutBody } from './parse-request.ts'

export interface ProgramLogoutDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly refreshKeys: RefreshKeyRing
}

/** The refresh token of an app that logs out: in the body, or in the cookie of a page of this origin. */
export function findPresentedToken(
  request: FastifyRequest<{ Body: LogoutBody }>,
  urls: IssuerUrls,
): string | undefined {
  return request.body?.refresh_token || findRefreshCookie(request, urls)
}

/** Answers an app that logs out: 204 when it is durable; also for what is no live token, since it is logged out. */
export async function logOutProgram(
  deps: ProgramLogoutDeps,
  request: FastifyRequest<{ Body: LogoutBody }>,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  await endPresented(deps, request, reply, token)
  return reply.status(204).header('cache-control', 'no-store').send()
}

/** Ends the session of an app, or all of its account's, and removes its cookie. */
export async function endPresented(
  { urls, database, refreshKeys }: ProgramLogoutDeps,
  request: FastifyRequest<{ Body: LogoutBody }>,
  reply: FastifyReply,
  token: string,
  clientId: string = request.body?.client_id ?? LOGIN_CLIENT_ID,
): Promise<void> {
  const { everywhere } = request.body ?? {}
  const content = await verifyRefreshToken(refreshKeys, token, clientId)
  const isEverywhere = everywhere === true || everywhere === 'true'
  // A session that has ended stays so.
  if (content)
    await database.write((tx) => endPresentedSession(tx, content, { everywhere: isEverywhere }), { isRepeatable: true })
  if (findRefreshCookie(request, urls)) reply.header('set-cookie', renderRefreshCookie(urls, '', 0))
}
