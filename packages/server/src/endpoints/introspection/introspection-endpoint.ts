import {
  type IssuedTokenDeps,
  type VerifiedIssuedToken,
  verifyIssuedToken,
} from '../../domain/tokens/verify-issued-token.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import {
  authenticateConfidentialRequest,
  type ClientAuthenticationDeps,
  readParameters,
} from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { judgeIssuedToken } from '../judge-issued-token.ts'
import { answerOauthErrors, sendOauthError } from '../oauth-error.ts'
import { tokenType } from '../token-answer.ts'

export interface IntrospectionDeps extends IssuedTokenDeps, ClientAuthenticationDeps {
  readonly urls: IssuerUrls
}

/** Tells an API whether a token is good now. */
export function introspectionEndpoint(server: HttpServer, deps: IntrospectionDeps): void {
  answerOauthErrors(server)
  server.post(deps.urls.introspectionPath, async (request, reply) => {
    const { read } = deps.database
    const authenticated = await authenticateConfidentialRequest(deps, request)
    if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
    const { token } = readParameters(request.body)
    if (!token) {
      return sendOauthError(reply, { status: 400, error: 'invalid_request', description: '"token" is missing.' })
    }
    const verified = await verifyIssuedToken(deps, read, token)
    const mayAsk = verified && authenticated.client.scopes.includes(`introspect:${verified.audience}`)
    const isActive = mayAsk && (await judgeIssuedToken(read, deps.clock, verified)).isGood
    return reply.header('cache-control', 'no-store').send(isActive ? renderActive(verified) : { active: false })
  })
}

/** RFC 7662 §2.2, RFC 9449 §6.2: the claims, under the names that they have in the token. */
function renderActive({ claims, jkt }: VerifiedIssuedToken): object {
  return { active: true, token_type: tokenType(jkt), ...claims }
}
