import { findAccount } from '../../domain/accounts/find-account.ts'
import { isActive } from '../../domain/accounts/is-active.ts'
import type { ApiKey } from '../../domain/api-keys/api-key.ts'
import { parseApiKeyText } from '../../domain/api-keys/api-key-text.ts'
import { findPresentedKey } from '../../domain/api-keys/find-api-key.ts'
import { isLive } from '../../domain/api-keys/is-api-key-live.ts'
import { useApiKey } from '../../domain/api-keys/use-api-key.ts'
import { isSameResource } from '../../domain/apis/is-same-resource.ts'
import { describeRefusedAccess, resolveAccess } from '../../domain/apis/resolve-access.ts'
import { admitToApi } from '../../domain/clients/admit-to-api.ts'
import type { Client } from '../../domain/clients/client.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { findMarks, momentAfter } from '../../domain/revocations/moment-after-revocations.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { type EpochSeconds, toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { type RefusedRequest, refuseRequest } from '../oauth-error.ts'
import { findMissingProof } from '../read-proof.ts'
import { tokenType } from '../token-answer.ts'
import { ACCESS_TOKEN_URN, type ExchangeRequest } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

/** An API key, and who sends it. */
export interface ApiKeyExchange extends ExchangeRequest {
  /** Undefined: the request names none. */
  readonly client: Client | undefined
  readonly address: string
  /** RFC 9449: the thumbprint of the key that it proves to have; undefined without a proof. */
  readonly jkt: string | undefined
}

/**
 * Exchanges an API key for an access token like any other: RFC 8693. Its `sid` is the key's id, so whoever revokes the key, even while
 * this is under way, has every guard refuse it; what is revoked up to a moment is read before the token is dated, and so is the time.
 */
export async function exchangeApiKey(
  deps: TokenEndpointDeps,
  { subjectToken, audience, scopes, client, address, jkt }: ApiKeyExchange,
): Promise<GrantedTokens> {
  const { database, tokenIssuer } = deps
  const now = deps.clock.now()
  const presented = parseApiKeyText(subjectToken)
  const key = presented && (await findPresentedKey(database.read, presented))
  if (!key) return unacceptable('unknown')
  if (!maySend(client, key)) return unacceptable('foreign_client')
  const { id: sessionId, accountId, clientId } = key
  const marks = await findMarks(database.read, { accountId, clientId, sessionId })
  if (!isLive(key, marks, now)) return unacceptable('over')
  const owner = await findOwner(database.read, key, jkt)
  if (!owner.ok) return owner
  if (audience !== undefined && !isSameResource(audience, key.audience))
    return refuseRequest('invalid_target', 'The key is for another API.')
  const access = admitToApi(undefined, await resolveAccess(database.read, { audience: key.audience, scopes }))
  if (!access.ok) {
    const error = access.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target'
    return refuseRequest(error, describeRefusedAccess(access))
  }
  const held = key.scopes.filter((scope) => owner.client?.scopes.includes(scope) ?? true)
  if (scopes?.some((scope) => !held.includes(scope)))
    return refuseRequest('invalid_scope', 'The key has not all of that.')
  const granted = access.scopes.filter((scope) => held.includes(scope))
  // RFC 6749 §3.3: what was allowed once and is no more must not come back as "any".
  if (granted.length === 0 && key.scopes.length > 0)
    return refuseRequest('invalid_scope', 'The API has no scope of the key.')
  await useApiKey(database, key, { now, network: parseNetwork(address) })
  const { api } = access
  const expiresAt = endOfToken(key, toEpochSeconds(now) + api.lifetimeSeconds)
  const { token, scope } = await tokenIssuer.issueAccessToken({
    ...{ api, scopes: granted, subject: accountId ?? clientId, clientId, sessionId },
    ...{ now: momentAfter(marks, now), expiresAt, jkt },
  })
  deps.countToken(api.algorithm, 'api_key')
  const expires_in = expiresAt - toEpochSeconds(now)
  const answer = { access_token: token, token_type: tokenType(jkt), expires_in, scope } as const
  return { ok: true, answer: { ...answer, issued_token_type: ACCESS_TOKEN_URN } }
}

/** A person's key may be used through any client; a client's own by nobody else that says its name. */
function maySend(client: Client | undefined, key: ApiKey): boolean {
  return client === undefined || key.accountId !== undefined || client.id === key.clientId
}

/** `client`: whose key it is, and whose scopes bound it; absent for a person’s. */
type FoundOwner = { readonly ok: true; readonly client?: Client } | RefusedRequest

async function findOwner(sql: Queries, { accountId, clientId }: ApiKey, jkt: string | undefined): Promise<FoundOwner> {
  if (accountId === undefined) {
    const client = await findClient(sql, clientId)
    const missing = client && findMissingProof(client, jkt)
    if (missing) return { ok: false, error: missing }
    return client ? { ok: true, client } : unacceptable('owner_gone')
  }
  const account = await findAccount(sql, accountId)
  return account !== undefined && isActive(account) ? { ok: true } : unacceptable('owner_gone')
}

/** Never later than the key. */
function endOfToken({ expiresAt }: ApiKey, end: EpochSeconds): EpochSeconds {
  return expiresAt === undefined ? end : Math.min(end, toEpochSeconds(expiresAt))
}

/** RFC 8693 §2.2.2. One answer, whatever the reason. */
function unacceptable(reason: string): RefusedRequest {
  return refuseRequest('invalid_request', 'subject_token is no API key that is good now.', reason)
}
