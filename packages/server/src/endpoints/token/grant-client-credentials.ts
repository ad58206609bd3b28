import { describeRefusedAccess, type ResolvedAccess, resolveAccess } from '../../domain/apis/resolve-access.ts'
import { admitToApi } from '../../domain/clients/admit-to-api.ts'
import type { Client } from '../../domain/clients/client.ts'
import { momentAfterRevocations } from '../../domain/revocations/moment-after-revocations.ts'
import { type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import { refuseRequest } from '../oauth-error.ts'
import { tokenType } from '../token-answer.ts'
import type { WantedTokens } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

/** What a client asks for itself. */
export interface ClientTokenRequest extends WantedTokens {
  /** The token lives no longer than until then; absent: as long as the API's tokens do. */
  readonly endsBy?: EpochSeconds
}

/** Gives a client a token for itself: RFC 6749 §4.4. Its subject is the client (RFC 9068 §2.2), and there is no session. */
export async function grantClientCredentials(
  { database, clock, tokenIssuer, countToken }: TokenEndpointDeps,
  client: Client,
  { audience, scopes, endsBy = Number.POSITIVE_INFINITY }: ClientTokenRequest,
  jkt: string | undefined,
): Promise<GrantedTokens> {
  const foreign = scopes?.find((scope) => !client.scopes.includes(scope))
  if (foreign !== undefined) return refuseRequest('invalid_scope', 'The client is not registered for that scope.')
  const resolved = await resolveAccess(database.read, { audience, scopes })
  const access = admitToApi(client, limitToRegistered(resolved, client))
  if (!access.ok) {
    const error = access.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target'
    return refuseRequest(error, describeRefusedAccess(access))
  }
  const { api, scopes: granted } = access
  const now = await momentAfterRevocations(database.read, { clientId: client.id }, clock.now())
  const { token, expiresInSeconds, scope } = await tokenIssuer.issueAccessToken({
    api,
    scopes: granted,
    subject: client.id,
    clientId: client.id,
    now,
    jkt,
    expiresAt: Math.min(toEpochSeconds(now) + api.lifetimeSeconds, endsBy),
  })
  // Who comes by an assertion has a moment by which that ends.
  countToken(api.algorithm, endsBy === Number.POSITIVE_INFINITY ? 'client_credentials' : 'jwt_bearer')
  const answer = { access_token: token, token_type: tokenType(jkt), expires_in: expiresInSeconds, scope }
  return { ok: true, answer }
}

function limitToRegistered(access: ResolvedAccess, client: Client): ResolvedAccess {
  return access.ok ? { ...access, scopes: access.scopes.filter((scope) => client.scopes.includes(scope)) } : access
}
