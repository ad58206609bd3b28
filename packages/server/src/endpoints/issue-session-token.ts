import type { Api } from '../domain/apis/api.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { AccessTokenIssuer } from '../domain/tokens/issue-access-token.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { TokenAnswer } from './token-answer.ts'

export interface SessionTokenDeps {
  readonly clock: Clock
  readonly tokenIssuer: AccessTokenIssuer
}

/** Issues an access token of a session, which must be durable by now. */
export async function issueSessionToken(
  { clock, tokenIssuer }: SessionTokenDeps,
  session: Session,
  api: Api,
  scopes: readonly string[],
): Promise<TokenAnswer> {
  const { id: sessionId, accountId, clientId, createdAt } = session
  const { token, expiresInSeconds, scope } = await tokenIssuer.issueAccessToken({
    api,
    scopes,
    subject: accountId,
    clientId,
    sessionId,
    now: Math.max(clock.now(), createdAt),
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
