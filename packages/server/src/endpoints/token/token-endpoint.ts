import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../../domain/clients/client.ts'
import { JWT_BEARER_GRANT } from '../../domain/clients/parse-client.ts'
import type { Importance } from '../../platform/admission/admission.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import {
  authenticateCredentials,
  authenticateRequest,
  presentsClient,
  type ReadCredentials,
  readCredentials,
} from '../client-authentication.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'
import { findMissingProof, readProof } from '../read-proof.ts'
import { findRefreshCookie, renderRefreshCookie } from '../refresh-cookie.ts'
import { exchangeApiKey } from './exchange-api-key.ts'
import { exchangeToken } from './exchange-token.ts'
import { grantByAssertion } from './grant-by-assertion.ts'
import { grantClientCredentials } from './grant-client-credentials.ts'
import {
  type ParsedExchange,
  parseApiKeyExchange,
  parseAssertionRequest,
  parseTokenRequest,
  type RefreshRequest,
  type TokenBody,
  type TokenGrant,
  tokenBodySchema,
} from './parse-request.ts'
import { redeemCode } from './redeem-code.ts'
import { redeemDeviceCode } from './redeem-device-code.ts'
import { type PresentedRefresh, refreshSession } from './refresh-session.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

type TokenRequest = FastifyRequest<{ Body: TokenBody }>

/** Serves the token endpoint: tokens for a code, for a device's code, for a refresh token, for another token, for an assertion, and for a client itself. */
export function tokenEndpoint(server: HttpServer, deps: TokenEndpointDeps): void {
  answerOauthErrors(server)
  allowAnyOrigin(server, [deps.urls.tokenPath])
  server.post(
    deps.urls.tokenPath,
    { config: { importance: importanceOf }, schema: { body: tokenBodySchema } },
    (request: TokenRequest, reply) => answerGrant(deps, request, reply),
  )
}

/** Who is signed in stays so, whatever else is asked of this server. A forged refresh token costs a hash. */
function importanceOf({ body }: FastifyRequest): Importance {
  return (body as TokenBody).grant_type === 'refresh_token' ? 'prompt' : 'ordinary'
}

async function answerGrant(deps: TokenEndpointDeps, request: TokenRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (request.body.grant_type === JWT_BEARER_GRANT) return answerAssertion(deps, request, reply)
  const exchange = parseApiKeyExchange(request.body)
  if (exchange) return answerApiKey(deps, request, reply, exchange)
  const read = readCredentials(request)
  if (!read.ok) return sendOauthError(reply, read.error)
  const parsed = parseTokenRequest(request.body)
  if (!parsed.ok) return sendOauthError(reply, parsed.error)
  const prove = () => readProof(deps.proofs, request, reply, deps.urls.tokenUrl)
  if (parsed.grant === 'refresh_token') {
    return answerRefresh(deps, request, reply, { read, refresh: parsed.request, prove })
  }
  const proof = await prove()
  if (!proof.ok) return sendOauthError(reply, proof.error)
  const { jkt } = proof
  const authenticated = await authenticateCredentials(deps, read)
  if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
  const { client } = authenticated
  if (!client.grants.includes(parsed.grant)) return sendOauthError(reply, unauthorized(parsed.grant))
  const missing = findMissingProof(client, jkt)
  if (missing) return sendOauthError(reply, missing)
  const granted = await grantTokens(deps, client, parsed, jkt)
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
  const proof = await readProof(deps.proofs, request, reply, deps.urls.tokenUrl)
  if (!proof.ok) return sendOauthError(reply, proof.error)
  const authenticated = presentsClient(request) ? await authenticateRequest(deps, request) : undefined
  if (authenticated && !authenticated.ok) return sendOauthError(reply, authenticated.error)
  const asked = { ...parsed.request, client: authenticated?.client, address: request.ip, jkt: proof.jkt }
  const granted = await exchangeApiKey(deps, asked)
  if (!granted.ok) return sendOauthError(reply, granted.error)
  return reply.header('cache-control', 'no-store').send(granted.answer)
}

function grantTokens(
  deps: TokenEndpointDeps,
  client: Client,
  granted: Exclude<TokenGrant, { grant: 'refresh_token' }>,
  jkt: string | undefined,
): Promise<GrantedTokens> {
  switch (granted.grant) {
    case 'authorization_code':
      return redeemCode(deps, client, granted.request, jkt)
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return redeemDeviceCode(deps, client, granted.request, jkt)
    case 'client_credentials':
      return grantClientCredentials(deps, client, granted.request, jkt)
    default:
      return exchangeToken(deps, client, granted.request, jkt)
  }
}

/** RFC 7521 §4.1: the assertion says who asks, so no client has to. */
async function answerAssertion(
  deps: TokenEndpointDeps,
  request: TokenRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const parsed = parseAssertionRequest(request.body)
  if (!parsed.ok) return sendOauthError(reply, parsed.error)
  const proof = await readProof(deps.proofs, request, reply, deps.urls.tokenUrl)
  if (!proof.ok) return sendOauthError(reply, proof.error)
  const granted = await grantByAssertion(deps, request, parsed.request, proof.jkt)
  if (!granted.ok) return sendOauthError(reply, granted.error)
  return reply.header('cache-control', 'no-store').send(granted.answer)
}

interface PresentedGrant {
  readonly read: Extract<ReadCredentials, { ok: true }>
  readonly refresh: RefreshRequest
  readonly prove: PresentedRefresh['prove']
}

async function answerRefresh(
  deps: TokenEndpointDeps,
  request: TokenRequest,
  reply: FastifyReply,
  { read, refresh, prove }: PresentedGrant,
): Promise<FastifyReply> {
  const isInCookie = refresh.refreshToken === undefined
  const refreshToken = refresh.refreshToken ?? findOwnCookie(deps, request)
  if (refreshToken === undefined) return sendOauthError(reply, missingToken)
  const refreshed = await refreshSession(deps, read, { ...refresh, refreshToken, prove })
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
