import type { Api } from '../domain/apis/api.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { AccessTokenIssuer } from '../domain/tokens/issue-access-token.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import { type TokenAnswer, tokenType } from './token-answer.ts'

/** What a session's token is for, and the moment at which it begins. */
export interface SessionAccess {
  readonly api: Api
  readonly scopes: readonly string[]
  readonly now: EpochMilliseconds
  /** The thumbprint of the key that it shall be bound to. */
  readonly jkt?: string | undefined
}

/** Issues an access token of a session, which must be durable by now. */
export async function issueSessionToken(
  tokenIssuer: AccessTokenIssuer,
  session: Session,
  { api, scopes, now, jkt }: SessionAccess,
): Promise<TokenAnswer> {
  const { id: sessionId, accountId, clientId, authenticatedAt, methods, organizationId } = session
  const { token, expiresInSeconds, scope } = await tokenIssuer.issueAccessToken({
    api,
    scopes,
    subject: accountId,
    clientId,
    sessionId,
    organizationId,
    now,
    jkt,
    authentication: { at: authenticatedAt, methods },
  })
  return {
    access_token: token,
    token_type: tokenType(jkt),
    expires_in: expiresInSeconds,
    scope,
    session_id: sessionId,
  }
}
