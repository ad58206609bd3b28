import type { ClientChange } from '../../../domain/clients/change-client.ts'
import type { ClientBody } from './client-schema.ts'

/** What a request says of a client, in the words of the domain. Null takes away what was said before. */
export function parseClientBody(body: ClientBody): ClientChange {
  const { idle_seconds, lifetime_seconds } = body
  return {
    name: body.name,
    redirectUris: body.redirect_uris,
    grants: body.grants,
    scopes: body.scopes,
    isFirstParty: body.is_first_party,
    idTokenAlgorithm: body.id_token_signed_response_alg,
    userinfoAlgorithm: body.userinfo_signed_response_alg,
    postLogoutRedirectUris: body.post_logout_redirect_uris,
    backchannelLogoutUri: body.backchannel_logout_uri,
    isBackchannelSessionRequired: body.backchannel_logout_session_required,
    jwks: body.jwks,
    jwksUri: body.jwks_uri,
    isDpopRequired: body.dpop_bound_access_tokens,
    isPushRequired: body.require_pushed_authorization_requests,
    requiredFactor: body.required_factor,
    idle: idle_seconds === undefined ? undefined : `${idle_seconds}s`,
    lifetime: lifetime_seconds === undefined ? undefined : `${lifetime_seconds}s`,
  }
}
