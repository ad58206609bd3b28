import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../../domain/clients/client.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import {
  authenticateCredentials,
  authenticateRequest,
  namesClient,
  type ReadCredentials,
  readCredentials,
} from '../client-authentication.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'
import { findRefreshCookie, renderRefreshCookie } from '../refresh-cookie.ts'
import { exchangeApiKey } from './exchange-api-key.ts'
import { exchangeToken } from './exchange-token.ts'
import { grantClientCredentials } from './grant-client-credentials.ts'
import {
  type ParsedExchange,
  parseApiKeyExchange,
  parseTokenRequest,
  type RefreshRequest,
  type TokenBody,
  type TokenGrant,
  tokenBodySchema,
} from './parse-request.ts'
import { redeemCode } from './redeem-code.ts'
import { refreshSession } from './refresh-session.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

type TokenRequest = FastifyRequest<{ Body: TokenBody }>

/** Serves the token endpoint: tokens for a code, for a refresh token, for another token, and for a client itself. */
export function tokenEndpoint(server: HttpServer, deps: TokenEndpointDeps): void {
  answerOauthErrors(server)
  allowAnyOrigin(server, [deps.urls.tokenPath])
  server.post(deps.urls.tokenPath, { schema: { body: tokenBodySchema } }, (request: TokenRequest, reply) =>
    answerGrant(deps, request, reply),
  )
}

async function answerGrant(deps: TokenEndpointDeps, request: TokenRequest, reply: FastifyReply): Promise<FastifyReply> {
  const exchange = parseApiKeyExchange(request.body)
  if (exchange) return answerApiKey(deps, request, reply, exchange)
  const read = readCredentials(request)
  if (!read.ok) return sendOauthError(reply, read.error)
  const parsed = parseTokenRequest(request.body)
  if (!parsed.ok) return sendOauthError(reply, parsed.error)
  if (parsed.grant === 'refresh_token') return answerRefresh(deps, request, reply, { read, refresh: parsed.request })
  const authenticated = await authenticateCredentials(deps.database.read, read)
  if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
  const { client } = authenticated
  if (!client.grants.includes(parsed.grant)) return sendOauthError(reply, unauthorized(parsed.grant))
  const granted = await grantTokens(deps, client, parsed)
  if (!granted.ok) return sendOauthError(reply, granted.error)
  return reply.header('cache-control', 'no-store').send(granted.answer)
}

/** The key is the credential; a client that is named all the same must prove who it is. */
async function answerApiKey(
  deps: TokenEndpointDeps,
  request: TokenRequest,
  reply: FastifyReply,
  parsed: ParsedExchange,
): Promise<FastifyReply> {
  if (!parsed.ok) return sendOauthError(reply, parsed.error)
  const { read } = deps.database
  const authenticated = namesClient(request) ? await authenticateRequest(read, request) : undefined
  if (authenticated && !authenticated.ok) return sendOauthError(reply, authenticated.error)
  const asked = { ...parsed.request, client: authenticated?.client, address: request.ip }
  const granted = await exchangeApiKey(deps, asked)
  if (!granted.ok) return sendOauthError(reply, granted.error)
  return reply.header('cache-control', 'no-store').send(granted.answer)
}

function grantTokens(
  deps: TokenEndpointDeps,
  client: Client,
  granted: Exclude<TokenGrant, { grant: 'refresh_token' }>,
): Promise<GrantedTokens> {
  switch (granted.grant) {
    case 'authorization_code':
      return redeemCode(deps, client, granted.request)
    case 'client_credentials':
      return grantClientCredentials(deps, client, granted.request)
    default:
      return exchangeToken(deps, client, granted.request)
  }
}

async function answerRefresh(
  deps: TokenEndpointDeps,
  request: TokenRequest,
  reply: FastifyReply,
  { read, refresh }: { readonly read: Extract<ReadCredentials, { ok: true }>; readonly refresh: RefreshRequest },
): Promise<FastifyReply> {
  const isInCookie = refresh.refreshToken === undefined
  const refreshToken = refresh.refreshToken ?? findOwnCookie(deps, request)
  if (refreshToken === undefined) return sendOauthError(reply, missingToken)
  const refreshed = await refreshSession(deps, read, { ...refresh, refreshToken })
  if (!refreshed.ok) {
    const { error } = refreshed
    // The cookie of a session that has ended would only be sent in vain.
    if (isInCookie && error.error === 'invalid_grant') {
      reply.header('set-cookie', renderRefreshCookie(deps.urls, '', 0))
    }
    return sendOauthError(reply, error)
  }
  const { answer, successor, expiresInMilliseconds } = refreshed
  reply.header('cache-control', 'no-store')
  if (!isInCookie) return reply.send({ ...answer, refresh_token: successor })
  return reply.header('set-cookie', renderRefreshCookie(deps.urls, successor, expiresInMilliseconds)).send(answer)
}

function unauthorized(grant: string): OauthError {
  const description = `The client is not registered for the grant ${grant}.`
  return { status: 400, error: 'unauthorized_client', description }
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
