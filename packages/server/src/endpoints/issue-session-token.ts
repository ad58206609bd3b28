import type { Api } from '../domain/apis/api.ts'
import { momentAfterRevocations } from '../domain/revocations/moment-after-revocations.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { AccessTokenIssuer } from '../domain/tokens/issue-access-token.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { TokenAnswer } from './token-answer.ts'

export interface SessionTokenDeps {
  readonly database: Database
  readonly clock: Clock
  readonly tokenIssuer: AccessTokenIssuer
}

/**
 * Issues an access token of a session. Call it when the session is durable: the token's time is after everything that was revoked by
 * then, so no earlier revocation can concern it.
 */
export async function issueSessionToken(
  { database, clock, tokenIssuer }: SessionTokenDeps,
  session: Session,
  api: Api,
  scopes: readonly string[],
): Promise<TokenAnswer> {
  const { id: sessionId, accountId, clientId, createdAt } = session
  const now = await momentAfterRevocations(database.read, { accountId, clientId, sessionId }, clock.now())
  const { token, expiresInSeconds, scope } = await tokenIssuer.issueAccessToken({
    api,
    scopes,
    subject: accountId,
    clientId,
    sessionId,
    now: Math.max(now, createdAt),
    authentication: { at: createdAt, methods: ['pwd'] },
  })
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    scope,
    session_id: sessionId,
  }
}
