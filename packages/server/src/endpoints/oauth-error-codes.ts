/** The codes of OAuth and its relatives that these endpoints answer with. */
export type OauthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  | 'temporarily_unavailable'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'registration_not_supported'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'unapproved_software_statement'

/** What a code of OAuth and its relatives means here, and what the developer of an app does about it. */
export interface OauthErrorMeaning {
  readonly meaning: string
  readonly remedy: string
  /** The specification and section that define it. */
  readonly source: string
}

/** Every `error` that these endpoints answer: in JSON, in a challenge, or at the redirect address of an app. */
export const oauthErrorCodes: Readonly<Record<OauthErrorCode, OauthErrorMeaning>> = {
  invalid_request: {
    meaning: 'A parameter is missing, stands twice, is malformed, or contradicts another one.',
    remedy: 'The description names it. The same request sent again gets the same answer.',
    source: 'RFC 6749 §4.1.2.1 and §5.2',
  },
  invalid_client: {
    meaning: 'The client is not known, or did not prove who it is.',
    remedy:
      'Check client_id, and prove it in the one way that the client is registered for: its secret, a signed assertion whose audience is exactly the issuer, or for a public client nothing. The log has the reason under the incident id.',
    source: 'RFC 6749 §5.2',
  },
  invalid_grant: {
    meaning:
      'The code, refresh token, device code, key or assertion is unknown, used, expired or revoked, or belongs to another client, address, verifier or key.',
    remedy: 'Begin again: let the person sign in once more, or take a new assertion. Never retry with the same one.',
    source: 'RFC 6749 §5.2',
  },
  unauthorized_client: {
    meaning: 'The client is not registered for this grant.',
    remedy: 'Register a client with that grant: ostiary client create --grant.',
    source: 'RFC 6749 §4.1.2.1 and §5.2',
  },
  unsupported_grant_type: {
    meaning: 'This server has no such grant.',
    remedy: 'grant_types_supported of the metadata lists those that it has.',
    source: 'RFC 6749 §5.2',
  },
  unsupported_response_type: {
    meaning: 'The only response type here is code.',
    remedy: 'Send response_type=code with PKCE.',
    source: 'RFC 6749 §4.1.2.1',
  },
  invalid_scope: {
    meaning: 'A scope is malformed, unknown to the API, or more than this client or this grant may have.',
    remedy: 'Ask for scopes that the API is registered with, and that the client may ask for.',
    source: 'RFC 6749 §4.1.2.1 and §5.2',
  },
  invalid_target: {
    meaning:
      'No API of that audience is registered, none was named where there are several, or the grant is for another one; or the person cannot act for the organization that was named.',
    remedy:
      'Send the audience of a registered API as resource; the description lists them. Ask for an organization that the person belongs to.',
    source: 'RFC 8707 §2',
  },
  access_denied: {
    meaning: 'The person did not agree, or does not belong to the organization that the app asks for.',
    remedy: 'Respect it; ask again only when the person begins anew.',
    source: 'RFC 6749 §4.1.2.1, RFC 8628 §3.5',
  },
  login_required: {
    meaning: 'prompt=none was sent, and nobody is signed in who could answer, or not lately enough.',
    remedy: 'Send the request again without prompt=none.',
    source: 'OpenID Connect Core §3.1.2.6',
  },
  consent_required: {
    meaning: 'prompt=none was sent, and the person has not agreed to this yet.',
    remedy: 'Send the request again without prompt=none.',
    source: 'OpenID Connect Core §3.1.2.6',
  },
  interaction_required: {
    meaning: 'prompt=none was sent, and the person has to choose the organization that the app acts for.',
    remedy: 'Send the request again without prompt=none, or with the organization.',
    source: 'OpenID Connect Core §3.1.2.6',
  },
  request_not_supported: {
    meaning: 'Request objects are not taken.',
    remedy: 'Send the parameters by themselves, or push them first.',
    source: 'OpenID Connect Core §6.3',
  },
  request_uri_not_supported: {
    meaning: 'A request_uri is taken only where this server gave it out itself.',
    remedy: 'Send the parameters by themselves, or push them first (RFC 9126).',
    source: 'OpenID Connect Core §6.3',
  },
  invalid_token: {
    meaning: 'The access token is missing where one is needed, expired, revoked, or not of this issuer.',
    remedy:
      'Get a new access token and send it as Authorization: Bearer, or as DPoP with its proof where it is bound to a key.',
    source: 'RFC 6750 §3.1',
  },
  insufficient_scope: {
    meaning: 'The access token is good and lacks a scope.',
    remedy: 'Ask for a token with the scope that the challenge names.',
    source: 'RFC 6750 §3.1',
  },
  authorization_pending: {
    meaning: 'The person has not decided yet.',
    remedy: 'Poll again after the interval.',
    source: 'RFC 8628 §3.5',
  },
  slow_down: {
    meaning: 'The device polls too often.',
    remedy: 'Wait five seconds longer between polls from now on.',
    source: 'RFC 8628 §3.5',
  },
  expired_token: {
    meaning: 'The device code has expired.',
    remedy: 'Ask for another one, and show the person its user code.',
    source: 'RFC 8628 §3.5',
  },
  temporarily_unavailable: {
    meaning: 'There are too many requests of this kind at the moment.',
    remedy: 'Try again after Retry-After.',
    source: 'RFC 6749 §4.1.2.1',
  },
  invalid_dpop_proof: {
    meaning:
      'The DPoP proof is missing where one is needed, malformed, old, used before, or made for another request or key.',
    remedy: 'Make a proof for each request, with the method and the address of that request.',
    source: 'RFC 9449 §5',
  },
  use_dpop_nonce: {
    meaning: 'The DPoP proof lacks the nonce that this instance gives out.',
    remedy: 'Send the request again with a proof that carries the nonce of the header DPoP-Nonce.',
    source: 'RFC 9449 §8',
  },
  registration_not_supported: {
    meaning: 'The parameter registration is not taken.',
    remedy: 'Register the client, or describe it by a document.',
    source: 'OpenID Connect Core §7.2.1',
  },
  invalid_redirect_uri: {
    meaning: 'A redirect address cannot be registered, or stands in the way of another rule of the registration.',
    remedy: 'Register absolute addresses without fragment: https, http on a loopback address, or a private scheme.',
    source: 'RFC 7591 §3.2.2',
  },
  invalid_client_metadata: {
    meaning:
      'What was said of the client is malformed, contradicts itself, or is more than a client that registers itself may have.',
    remedy: 'The description names the member.',
    source: 'RFC 7591 §3.2.2',
  },
  unapproved_software_statement: {
    meaning: 'Software statements are not taken.',
    remedy: 'Leave software_statement out.',
    source: 'RFC 7591 §3.2.2',
  },
}
