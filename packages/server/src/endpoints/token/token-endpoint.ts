import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { readCredentials } from '../client-authentication.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'
import { findRefreshCookie, renderRefreshCookie } from '../refresh-cookie.ts'
import { parseTokenRequest, type TokenBody, tokenBodySchema } from './parse-request.ts'
import { refreshSession } from './refresh-session.ts'
import type { TokenEndpointDeps } from './token-deps.ts'

type TokenRequest = FastifyRequest<{ Body: TokenBody }>

/** Serves the token endpoint: a refresh token for an access token, and for its successor. */
export function tokenEndpoint(server: HttpServer, deps: TokenEndpointDeps): void {
  answerOauthErrors(server)
  server.post(deps.urls.tokenPath, { schema: { body: tokenBodySchema } }, (request: TokenRequest, reply) =>
    answerRefresh(deps, request, reply),
  )
}

async function answerRefresh(
  deps: TokenEndpointDeps,
  request: TokenRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const read = readCredentials(request)
  if (!read.ok) return sendOauthError(reply, read.error)
  const parsed = parseTokenRequest(request.body)
  if (!parsed.ok) return sendOauthError(reply, parsed.error)
  const isInCookie = parsed.refresh.refreshToken === undefined
  const refreshToken = parsed.refresh.refreshToken ?? findOwnCookie(deps, request)
  if (refreshToken === undefined) return sendOauthError(reply, missingToken)
  const refreshed = await refreshSession(deps, read, { ...parsed.refresh, refreshToken })
  if (!refreshed.ok) {
    const { error } = refreshed
    // The cookie of a session that has ended would only be sent in vain.
    if (isInCookie && error.error === 'invalid_grant') {
      reply.header('set-cookie', renderRefreshCookie(deps.urls, '', 0))
    }
    return sendOauthError(reply, error)
  }
  const { answer, successor, expiresInMilliseconds } = refreshed
  reply.header('cache-control', 'no-store').header('access-control-allow-origin', '*')
  if (!isInCookie) return reply.send({ ...answer, refresh_token: successor })
  return reply.header('set-cookie', renderRefreshCookie(deps.urls, successor, expiresInMilliseconds)).send(answer)
}

const missingToken: OauthError = {
  status: 400,
  error: 'invalid_request',
  description: 'Send the refresh token as refresh_token.',
}

/** A cookie comes along by itself, so the page that sends the request must be one of this origin. */
function findOwnCookie({ urls }: TokenEndpointDeps, request: TokenRequest): string | undefined {
  const cookie = findRefreshCookie(request, urls)
  if (cookie !== undefined) refuseCrossOrigin(request, urls.origin, missingToken.description)
  return cookie
}
