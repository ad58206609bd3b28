import { type EpochMilliseconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Api } from '../apis/api.ts'
import type { Session } from '../sessions/session.ts'
import type { AccessTokenIssuer, IssuedAccessToken } from '../tokens/issue-access-token.ts'

/**
 * Issues an access token of an impersonation, which must be durable by now. It names the person as its subject and the administrator as its actor
 * (RFC 8693 §4.1), carries what the person may at the API, and ends no later than the impersonation. It says nothing of a login: nobody signed in
 * as the person, so whatever asks for a recent or a strong login refuses it.
 *
 * @param now a moment that no revocation which stands concerns
 */
export async function issueImpersonationToken(
  tokenIssuer: AccessTokenIssuer,
  { session, api, now }: { readonly session: Session; readonly api: Api; readonly now: EpochMilliseconds },
): Promise<IssuedAccessToken> {
  const { impersonation } = session
  if (impersonation === undefined) throw new Error('the session is its person’s own')
  const lifetimeEnd = toEpochSeconds(now) + api.lifetimeSeconds
  return tokenIssuer.issueAccessToken({
    ...{ api, scopes: session.scopes, subject: session.accountId, clientId: session.clientId },
    ...{ sessionId: session.id, now, expiresAt: Math.min(lifetimeEnd, toEpochSeconds(session.absoluteEnd)) },
    actor: { sub: impersonation.administratorId, impersonation: true },
  })
}
