import type { CreatedClient } from '../../domain/clients/create-client.ts'
import type { ParsedRegistration } from './parse-request.ts'

/** RFC 7591 §3.2.1: the id, the secret, and all that is registered of the client, whatever it had asked for. */
export function renderRegistration(
  { client, secret }: CreatedClient,
  { authMethod, applicationType }: Extract<ParsedRegistration, { ok: true }>,
): Record<string, unknown> {
  const { keys, userinfoAlgorithm, backchannelLogout } = client
  return {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.createdAt / 1000),
    // 0: it does not expire.
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    grant_types: client.grants,
    response_types: client.grants.includes('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: authMethod,
    application_type: applicationType,
    ...(client.scopes.length > 0 && { scope: client.scopes.join(' ') }),
    ...(keys && ('jwks' in keys ? { jwks: keys.jwks } : { jwks_uri: keys.jwksUri })),
    id_token_signed_response_alg: client.idTokenAlgorithm,
    ...(userinfoAlgorithm && { userinfo_signed_response_alg: userinfoAlgorithm }),
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...(backchannelLogout && {
      backchannel_logout_uri: backchannelLogout.uri,
      backchannel_logout_session_required: backchannelLogout.isSessionRequired,
    }),
    dpop_bound_access_tokens: client.isDpopRequired,
    require_pushed_authorization_requests: client.isPushRequired,
  }
}
