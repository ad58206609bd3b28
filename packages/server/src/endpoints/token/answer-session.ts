import type { Api } from '../../domain/apis/api.ts'
import type { Client } from '../../domain/clients/client.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { issueIdToken } from '../../domain/tokens/issue-id-token.ts'
import type { TokenOrigin } from '../../domain/tokens/token-origin.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { issueSessionToken } from '../issue-session-token.ts'
import type { TokenAnswer } from '../token-answer.ts'
import type { TokenEndpointDeps } from './token-deps.ts'

export interface AnsweredSession {
  readonly origin: TokenOrigin
  readonly session: Session
  readonly client: Client
  readonly api: Api
  readonly scopes: readonly string[]
  readonly now: EpochMilliseconds
  /** The thumbprint of the key that the client proves to have. */
  readonly jkt: string | undefined
  /** Of the authorization request; absent at a refresh. */
  readonly nonce?: string | undefined
}

/** Issues the tokens of a session, which must be durable by now: an access token, and an ID token where `openid` is among the scopes. */
export async function answerSession(
  { issuer, tokenIssuer, keyRing, countToken }: TokenEndpointDeps,
  { origin, session, client, api, scopes, now, jkt, nonce }: AnsweredSession,
): Promise<TokenAnswer> {
  const answer = await issueSessionToken(tokenIssuer, session, { api, scopes, now, jkt })
  countToken(api.algorithm, origin)
  if (!scopes.includes('openid')) return answer
  const accessToken = answer.access_token
  return { ...answer, id_token: await issueIdToken(issuer, keyRing, { session, client, nonce, accessToken, now }) }
}
