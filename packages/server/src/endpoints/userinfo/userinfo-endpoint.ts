import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../domain/accounts/account.ts'
import { type IssuedTokenDeps, verifyIssuedToken } from '../../domain/tokens/verify-issued-token.ts'
import type { Database } from '../../platform/database/database.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { readParameters } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { judgeIssuedToken } from '../judge-issued-token.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'

export interface UserinfoDeps extends IssuedTokenDeps {
  readonly urls: IssuerUrls
  readonly database: Database
}

/** Tells an app who the person is that its access token stands for. */
export function userinfoEndpoint(server: HttpServer, deps: UserinfoDeps): void {
  const path = deps.urls.userinfoPath
  answerOauthErrors(server)
  allowAnyOrigin(server, [path])
  server.get(path, (request, reply) => answerUserinfo(deps, request, reply))
  server.post(path, (request, reply) => answerUserinfo(deps, request, reply))
}

async function answerUserinfo(deps: UserinfoDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = findToken(request)
  if (!found.ok) return sendOauthError(reply, found.error)
  const verified = await verifyIssuedToken(deps, deps.database.read, found.token)
  const judged = verified && (await judgeIssuedToken(deps.database.read, deps.clock, verified))
  if (!verified || !judged?.isGood) return sendOauthError(reply, invalidToken)
  const scopes = verified.claims.scope?.split(' ') ?? []
  if (!scopes.includes('openid') || !judged.account) return sendOauthError(reply, insufficientScope)
  return reply.header('cache-control', 'no-store').send(renderClaims(judged.account, scopes))
}

/** OpenID Connect Core §5.4. */
function renderClaims({ id, username, email }: Account, scopes: readonly string[]): object {
  return {
    sub: id,
    ...(scopes.includes('profile') && { preferred_username: username, name: username }),
    ...(scopes.includes('email') && email !== undefined && { email, email_verified: false }),
  }
}

type FoundToken = { readonly ok: true; readonly token: string } | { readonly ok: false; readonly error: OauthError }

/** RFC 6750 §2.1 and §2.2: in the header or in a form, and not in both. */
function findToken(request: FastifyRequest): FoundToken {
  const { authorization } = request.headers
  const inBody = readParameters(request.body).access_token
  if (authorization === undefined) return inBody ? { ok: true, token: inBody } : { ok: false, error: missingToken }
  const [, token] = /^Bearer +([\w~+/.-]+=*) *$/i.exec(authorization) ?? []
  if (inBody !== undefined || token === undefined) return { ok: false, error: malformedToken }
  return { ok: true, token }
}

/** RFC 6750 §3.1: without credentials there is no error code in the challenge. */
const missingToken: OauthError = {
  status: 401,
  error: 'invalid_token',
  description: 'Send an access token as Authorization: Bearer.',
  headers: { 'www-authenticate': 'Bearer' },
}
const malformedToken = challenge(
  400,
  'invalid_request',
  'Send one access token, as Authorization: Bearer or as access_token.',
)
const invalidToken = challenge(401, 'invalid_token', 'The access token is expired, revoked or not of this issuer.')
const insufficientScope = challenge(403, 'insufficient_scope', 'The access token needs the scope openid.', 'openid')

function challenge(status: 400 | 401 | 403, error: string, description: string, scope?: string): OauthError {
  const wanted = scope === undefined ? '' : `, scope="${scope}"`
  const header = `Bearer error="${error}", error_description="${description}"${wanted}`
  return { status, error, description, headers: { 'www-authenticate': header } }
}
