import { type PresentedKey, parseApiKeyText } from '../../domain/api-keys/api-key-text.ts'
import { findPresentedKey } from '../../domain/api-keys/find-api-key.ts'
import { revokeApiKeys } from '../../domain/api-keys/revoke-api-key.ts'
import type { RefreshKeyRing } from '../../domain/refresh-keys/refresh-key-ring.ts'
import { endPresentedSession } from '../../domain/sessions/end-presented-session.ts'
import { verifyRefreshToken } from '../../domain/sessions/refresh-token.ts'
import { revokeAccessToken } from '../../domain/tokens/revoke-access-token.ts'
import { type IssuedTokenDeps, verifyIssuedToken } from '../../domain/tokens/verify-issued-token.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import {
  authenticateRequest,
  type ClientAuthenticationDeps,
  presentsClient,
  readParameters,
} from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { answerOauthErrors, sendOauthError } from '../oauth-error.ts'

export interface RevocationDeps extends IssuedTokenDeps, ClientAuthenticationDeps {
  readonly urls: IssuerUrls
  readonly refreshKeys: RefreshKeyRing
}

/** Takes back a token that its client has no use for any more. */
export function revocationEndpoint(server: HttpServer, deps: RevocationDeps): void {
  answerOauthErrors(server)
  allowAnyOrigin(server, [deps.urls.revocationPath])
  server.post(deps.urls.revocationPath, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const presented = parseApiKeyText(readParameters(request.body).token ?? '')
    if (presented && !presentsClient(request)) {
      await revokePresentedKey(deps, presented)
      return reply.status(200).send()
    }
    const authenticated = await authenticateRequest(deps, request)
    if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
    const { token } = readParameters(request.body)
    if (!token) {
      return sendOauthError(reply, { status: 400, error: 'invalid_request', description: '"token" is missing.' })
    }
    await revokeToken(deps, token, authenticated.client.id)
    return reply.status(200).send()
  })
}

/** Whoever has a key may give it up: that needs no client, and helps whoever found one where it should not be. */
async function revokePresentedKey({ database }: RevocationDeps, presented: PresentedKey): Promise<void> {
  const key = await findPresentedKey(database.read, presented)
  if (key) await database.write((tx) => revokeApiKeys(tx, [key], 'anonymous'))
}

/** A refresh token ends its session, RFC 7009 §2.1; an access token is revoked alone. The hint is not needed: what a token is can be seen. */
async function revokeToken(deps: RevocationDeps, token: string, clientId: string): Promise<void> {
  const content = await verifyRefreshToken(deps.refreshKeys, token, clientId)
  if (content) {
    // A session that has ended stays so.
    await deps.database.write((tx) => endPresentedSession(tx, content, { actor: `client:${clientId}` }), {
      isRepeatable: true,
    })
    return
  }
  const presented = parseApiKeyText(token)
  if (presented) return revokePresentedKey(deps, presented)
  const verified = await verifyIssuedToken(deps, deps.database.read, token)
  if (verified?.clientId !== clientId) return
  await deps.database.write((tx) => revokeAccessToken(tx, verified, `client:${clientId}`))
}
