import { findAccount } from '../../domain/accounts/find-account.ts'
import { isTokenRevoked } from '../../domain/revocations/moment-after-revocations.ts'
import { findSession } from '../../domain/sessions/find-session.ts'
import { isSessionLive } from '../../domain/sessions/is-session-live.ts'
import {
  type IssuedTokenDeps,
  type VerifiedIssuedToken,
  verifyIssuedToken,
} from '../../domain/tokens/verify-issued-token.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { authenticateConfidentialRequest, readParameters } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { sendOauthError } from '../oauth-error.ts'

export interface IntrospectionDeps extends IssuedTokenDeps {
  readonly urls: IssuerUrls
  readonly database: Database
}

/** Tells an API whether a token is good now. */
export function introspectionEndpoint(server: HttpServer, deps: IntrospectionDeps): void {
  server.post(deps.urls.introspectionPath, async (request, reply) => {
    const { read } = deps.database
    const authenticated = await authenticateConfidentialRequest(read, request)
    if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
    const { token } = readParameters(request.body)
    if (!token) {
      return sendOauthError(reply, { status: 400, error: 'invalid_request', description: '"token" is missing.' })
    }
    const verified = await verifyIssuedToken(deps, read, token)
    const mayAsk = verified && authenticated.client.scopes.includes(`introspect:${verified.audience}`)
    const isActive = mayAsk && (await isGood(deps, read, verified))
    return reply.header('cache-control', 'no-store').send(isActive ? renderActive(verified) : { active: false })
  })
}

/** What the token itself can't tell. */
async function isGood({ clock }: IntrospectionDeps, sql: Queries, token: VerifiedIssuedToken): Promise<boolean> {
  const { subject: accountId, clientId, sessionId, jti, issuedAt } = token
  if (await isTokenRevoked(sql, { accountId, clientId, sessionId, jti, issuedAt })) return false
  const account = await findAccount(sql, accountId)
  if (account === undefined || account.disabledAt !== undefined) return false
  if (sessionId === undefined) return true
  const session = await findSession(sql, sessionId)
  return session !== undefined && (await isSessionLive(sql, session, clock.now()))
}

/** RFC 7662 §2.2: the claims, under the names that they have in the token. */
function renderActive({ claims }: VerifiedIssuedToken): object {
  return { active: true, token_type: 'Bearer', ...claims }
}
