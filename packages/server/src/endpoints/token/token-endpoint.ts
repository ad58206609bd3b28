import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { parseClientCredentials } from '../client-authentication.ts'
import { answerOAuthErrors, OAuthError } from '../oauth-error.ts'
import { findRefreshCookie, renderRefreshCookie } from '../refresh-cookie.ts'
import { parseTokenRequest, type TokenBody, tokenBodySchema } from './parse-request.ts'
import { refreshSession } from './refresh-session.ts'
import type { TokenEndpointDeps } from './token-deps.ts'

type TokenRequest = FastifyRequest<{ Body: TokenBody }>

/** Serves the token endpoint: a refresh token for an access token, and for its successor. */
export function tokenEndpoint(server: HttpServer, deps: TokenEndpointDeps): void {
  answerOAuthErrors(server)
  server.post(deps.urls.tokenPath, { schema: { body: tokenBodySchema } }, (request: TokenRequest, reply) =>
    answerRefresh(deps, request, reply),
  )
}

async function answerRefresh(
  deps: TokenEndpointDeps,
  request: TokenRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const presented = parseClientCredentials(request, request.body)
  const refresh = parseTokenRequest(request.body)
  const isInCookie = refresh.refreshToken === undefined
  const refreshToken = refresh.refreshToken ?? takeCookie(deps, request)
  const refreshed = await refreshSession(deps, presented, { ...refresh, refreshToken })
  if (!refreshed.ok) {
    if (isInCookie && refreshed.error.code === 'invalid_grant') {
      reply.header('set-cookie', renderRefreshCookie(deps.urls, '', 0))
    }
    throw refreshed.error
  }
  const { answer, successor, expiresInMilliseconds } = refreshed
  reply.header('cache-control', 'no-store').header('access-control-allow-origin', '*')
  if (!isInCookie) return reply.send({ ...answer, refresh_token: successor })
  return reply.header('set-cookie', renderRefreshCookie(deps.urls, successor, expiresInMilliseconds)).send(answer)
}

function takeCookie({ urls }: TokenEndpointDeps, request: TokenRequest): string {
  const cookie = findRefreshCookie(request, urls)
  if (cookie === undefined) throw new OAuthError('invalid_request', 'Send the refresh token as refresh_token.')
  // A cookie comes along by itself, so the page must be one of this origin.
  refuseCrossOrigin(request, urls.origin, 'Send the refresh token as refresh_token.')
  return cookie
}
