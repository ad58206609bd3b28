import { nameRequiredFactor } from '../domain/assurance/required-factor.ts'
import type { Client } from '../domain/clients/client.ts'

export function toClientLine({ id, name, type, grants, scopes }: Client): string {
  return `${id}  ${name}  ${type}  ${grants.join(',') || 'no grant'}  ${scopes.join(' ')}`
}

/** With the names of RFC 7591 §2 where it has one. */
export function describeClient(client: Client): object {
  return {
    client_id: client.id,
    name: client.name,
    type: client.type,
    redirect_uris: client.redirectUris,
    grants: client.grants,
    scopes: client.scopes,
    first_party: client.isFirstParty,
    id_token_signed_response_alg: client.idTokenAlgorithm,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    token_endpoint_auth_method: authMethod(client),
    ...(client.userinfoAlgorithm && { userinfo_signed_response_alg: client.userinfoAlgorithm }),
    ...(client.backchannelLogout && {
      backchannel_logout_uri: client.backchannelLogout.uri,
      backchannel_logout_session_required: client.backchannelLogout.isSessionRequired,
    }),
    ...(client.keys && ('jwks' in client.keys ? { jwks: client.keys.jwks } : { jwks_uri: client.keys.jwksUri })),
    dpop_bound_access_tokens: client.isDpopRequired,
    require_pushed_authorization_requests: client.isPushRequired,
    ...(client.requiredAcr && { required_factor: nameRequiredFactor(client.requiredAcr) }),
    idle_seconds: client.sessionLimits.idleMilliseconds / 1000,
    lifetime_seconds: client.sessionLimits.absoluteMilliseconds / 1000,
  }
}

function authMethod({ type, keys }: Client): string {
  if (type === 'public') return 'none'
  return keys ? 'private_key_jwt' : 'client_secret_basic'
}
