// The plans of the OpenID conformance suite, check by check, each with the claim of a test that stands for it: the words with which that
// claim begins, or `not:` and why nothing does. `render-plans-reference.ts` holds the list to the titles of the tests.

/** A module of the suite, and what stands for it here. */
export type PlanCheck = readonly [module: string, claim: string]

export interface OpenidPlan {
  readonly name: string
  readonly checks: readonly PlanCheck[]
}

const codeFlow = 'sign in, agree, code, tokens; the ID token and the access token verify with jose'
const codeTwice = 'a code that is used twice is refused, and ends the session of the first use, everywhere'
const hintsNoError = '… never causes an error'
const order = 'the order of scopes and of parameters means nothing'
const otherAddress = '… is another address'
const notSupported = 'what is not supported is named so'
const userinfo = 'userinfo by GET, POST header and POST body'
const silent = 'prompt=none: silent for who is signed in and has agreed, otherwise an error and no page'
const askAgain = '… asks again, and auth_time is later'
const registered = 'each member that is taken is registered and answered'
const badRegistration = 'whatever is wrong is named, and registers nobody'
const spoiltAssertion = 'an assertion that fails in one point is invalid_client'
const noRequestObjects =
  'not: request objects are not taken; request_parameter_supported and request_uri_parameter_supported are false'

const basic: readonly PlanCheck[] = [
  ['oidcc-server', codeFlow],
  ['oidcc-response-type-missing', '… is …, told to the app with iss and state'],
  ['oidcc-idtoken-signature', 'openid-client accepts the ID token and its signature'],
  [
    'oidcc-idtoken-unsigned',
    'not: no ID token is unsigned, and id_token_signing_alg_values_supported does not list none',
  ],
  ['oidcc-codereuse', codeTwice],
  ['oidcc-codereuse-30seconds', codeTwice],
  ['oidcc-scope-profile', userinfo],
  ['oidcc-scope-email', userinfo],
  ['oidcc-scope-phone', 'the scope … gives its claims, and no other'],
  ['oidcc-scope-address', 'the scope … gives its claims, and no other'],
  ['oidcc-scope-all', 'the scope … gives its claims, and no other'],
  ['oidcc-claims-essential', 'claims is ignored, as the metadata says'],
  ['oidcc-claims-locales', hintsNoError],
  ['oidcc-userinfo-get', userinfo],
  ['oidcc-userinfo-post-header', userinfo],
  ['oidcc-userinfo-post-body', userinfo],
  ['oidcc-alternate-happy-flow', order],
  ['oidcc-ensure-other-scope-order-succeeds', order],
  ['oidcc-display-page', hintsNoError],
  ['oidcc-display-popup', hintsNoError],
  ['oidcc-ui-locales', 'ui_locales=…: every page of the request speaks …'],
  ['oidcc-login-hint', 'login_hint stands in the field already, escaped'],
  ['oidcc-id-token-hint', 'id_token_hint of somebody else'],
  ['oidcc-prompt-login', askAgain],
  ['oidcc-prompt-none-logged-in', silent],
  ['oidcc-prompt-none-not-logged-in', silent],
  ['oidcc-max-age-1', askAgain],
  ['oidcc-max-age-10000', 'max_age that is not over, display'],
  ['oidcc-ensure-post-request-succeeds', 'POST works as GET, and form_post answers'],
  ['oidcc-ensure-registered-redirect-uri', otherAddress],
  ['oidcc-ensure-request-object-with-redirect-uri', notSupported],
  ['oidcc-ensure-request-with-acr-values-succeeds', 'acr_values that cannot be met are no error'],
  ['oidcc-ensure-request-with-unknown-parameter-succeeds', 'unknown parameters are ignored, however they look'],
  ['oidcc-ensure-request-with-valid-pkce-succeeds', codeFlow],
  ['oidcc-ensure-request-without-nonce-succeeds-for-code-flow', 'without a nonce none is returned'],
  ['oidcc-refresh-token', 'a refresh gives a new ID token of the same person, time and app'],
  ['oidcc-server-client-secret-post', 'openid-client accepts the ID token and its signature'],
  [
    'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    'a request_uri of elsewhere is request_uri_not_supported',
  ],
  ['oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', notSupported],
]

const config: readonly PlanCheck[] = [
  ['oidcc-discovery-endpoint-verification', 'both documents in both placements, the issuer byte for byte'],
]

const dynamic: readonly PlanCheck[] = [
  ['oidcc-discovery-endpoint-verification', 'both documents in both placements, the issuer byte for byte'],
  ['oidcc-server', codeFlow],
  ['oidcc-ensure-client-assertion-with-iss-aud-succeeds', 'openid-client proves who it is by private_key_jwt'],
  ['oidcc-ensure-redirect-uri-in-authorization-request', 'without redirect_uri the only one is meant'],
  ['oidcc-ensure-request-object-with-redirect-uri', notSupported],
  ['oidcc-idtoken-rs256', 'openid-client accepts the ID token and its signature'],
  ['oidcc-idtoken-unsigned', 'not: no ID token is unsigned'],
  ['oidcc-redirect-uri-query-OK', 'what is registered, byte for byte, is answered'],
  ['oidcc-redirect-uri-query-added', otherAddress],
  ['oidcc-redirect-uri-query-mismatch', otherAddress],
  ['oidcc-redirect-uri-regfrag', badRegistration],
  ['oidcc-refresh-token', 'a refresh gives a new ID token of the same person, time and app'],
  ['oidcc-refresh-token-rp-key-rotation', 'keys of an issuer at a jwks_uri are read there, and a rotated one is found'],
  ['oidcc-registration-jwks-uri', registered],
  [
    'oidcc-registration-logo-uri',
    'not: the login page shows no image of a stranger, since it asks no third party for anything',
  ],
  ['oidcc-registration-policy-uri', 'not: the login page has no link that a stranger chose'],
  ['oidcc-registration-tos-uri', 'not: the login page has no link that a stranger chose'],
  ['oidcc-registration-sector-bad', 'not: subjects are public, so there are no sectors'],
  ['oidcc-registration-sector-uri', 'not: subjects are public, so there are no sectors'],
  ['oidcc-request-uri-signed-rs256', noRequestObjects],
  ['oidcc-request-uri-unsigned', noRequestObjects],
  ['oidcc-server-rotate-keys', 'public keys, cacheable, 304 for who has them, a new ETag after a rotation'],
  ['oidcc-userinfo-rs256', 'with Accept: … the answer is signed'],
]

const logout: readonly PlanCheck[] = [
  ['oidcc-rp-initiated-logout-discovery-endpoint-verification', 'both documents in both placements'],
  ['oidcc-rp-initiated-logout', 'the session ends without question, its tokens are revoked through the feed'],
  [
    'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
    '… is none: a page says so, and nothing ends until it is confirmed',
  ],
  ['oidcc-rp-initiated-logout-modified-id-token-hint', 'with a hint that is none, or without one'],
  ['oidcc-rp-initiated-logout-no-id-token-hint', 'the page says who asks and where it leads'],
  ['oidcc-rp-initiated-logout-no-params', 'without an address the button leads to a page that says so'],
  [
    'oidcc-rp-initiated-logout-no-post-logout-redirect-uri',
    'without an address the button leads to a page that says so',
  ],
  ['oidcc-rp-initiated-logout-no-state', 'the page says who asks and where it leads'],
  ['oidcc-rp-initiated-logout-only-state', 'without an address the button leads to a page that says so'],
  [
    'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
    '… is none: a page says so, and nothing ends until it is confirmed',
  ],
  ['oidcc-rp-initiated-logout-bad-id-token-hint', 'with a hint that is none, or without one'],
]

const backChannel: readonly PlanCheck[] = [
  ['oidcc-backchannel-logout-discovery-endpoint-verification', 'both documents in both placements'],
  ['oidcc-backchannel-rp-initiated-logout', 'the logout token (…) names the session and the person'],
]

const fapi2: readonly PlanCheck[] = [
  ['discovery-end-point-verification', 'both documents in both placements'],
  ['happy-flow', 'openid-client signs in by the profile'],
  ['user-rejects-authentication', 'who does not agree sends the app access_denied'],
  ['ensure-authorization-request-without-state-success', 'without a state none is returned'],
  ['ensure-authorization-request-without-nonce-success', 'without a nonce none is returned'],
  ['ensure-authorization-request-with-64-char-nonce-success', 'a nonce comes back unchanged'],
  ['ensure-authorization-request-with-long-nonce', 'a nonce comes back unchanged'],
  ['ensure-authorization-request-with-long-state', 'state comes back unchanged'],
  ['ensure-other-scope-order-succeeds', order],
  ['test-claims-parameter-identity-claims', 'claims is ignored, as the metadata says'],
  ['access-token-type-header-case-sensitivity', 'userinfo takes a bound token with its proof'],
  ['check-dpop-proof-nbf-exp', 'what is no proof gets invalid_dpop_proof'],
  ['ensure-dpopproof-with-iat-10seconds-before-succeeds', 'a proof that is ten seconds off is taken'],
  ['ensure-dpopproof-with-iat-10seconds-after-succeeds', 'a proof that is ten seconds off is taken'],
  ['ensure-mismatched-dpop-jkt-fails', 'a proof at the pushed request binds the code'],
  ['ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt', 'a proof at the pushed request binds the code'],
  [
    'ensure-token-endpoint-fails-with-mismatched-dpop-jkt',
    'a code that was asked for with dpop_jkt is redeemed with that key alone',
  ],
  ['ensure-dpopproof-at-par-endpoint-binding-success', 'a proof at the pushed request binds the code'],
  ['ensure-dpop-auth-code-binding-success', 'a code that was asked for with dpop_jkt is redeemed with that key alone'],
  ['dpop-negative-tests', 'what is no proof gets invalid_dpop_proof'],
  ['ensure-registered-redirect-uri', otherAddress],
  ['plain-fapi-tolerate-unregistered-redirect-uri', otherAddress],
  ['ensure-unsigned-authorization-request-without-using-par-fails', 'is told invalid_request on the way without'],
  ['ensure-redirect-uri-in-authorization-request', 'without redirect_uri the only one is meant'],
  ['ensure-response-type-code-idtoken-fails', 'with the errors of the authorization endpoint'],
  ['ensure-response-type-token-fails', 'with the errors of the authorization endpoint'],
  [
    'ensure-client-id-in-token-endpoint',
    'parameters that are missing, repeated, contradicting or of two methods are refused',
  ],
  ['ensure-holder-of-key-required', 'a client with dpop_bound_access_tokens gets nothing without a proof'],
  ['ensure-authorization-code-is-bound-to-client', '… is invalid_grant, and the code is left to its owner'],
  ['attempt-reuse-authorization-code-after-one-second', codeTwice],
  ['ensure-token-endpoint-fails-with-expired-auth-code', 'a code lives for a minute'],
  [
    'ensure-signed-client-assertion-with-RS256-fails',
    'not: RS256 is taken for client assertions, outside of the profile',
  ],
  ['ensure-client-assertion-in-token-endpoint', spoiltAssertion],
  ['ensure-client-assertion-with-exp-is-5-minutes-in-past-fails', spoiltAssertion],
  ['ensure-client-assertion-with-wrong-aud-fails', spoiltAssertion],
  ['ensure-client-assertion-with-no-sub-fails', spoiltAssertion],
  ['ensure-invalid-client-assertions-fail', spoiltAssertion],
  ['refresh-token', 'the refresh token of a confidential client is bound to the client'],
  [
    'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds',
    'the page may be visited twice, the request is answered once',
  ],
  ['par-attempt-reuse-request_uri', 'the page may be visited twice, the request is answered once'],
  ['par-attempt-to-use-expired-request_uri', 'a request_uri is taken for 90 seconds'],
  ['par-attempt-to-use-request_uri-for-different-client', 'unknown, foreign and misspelt request_uris end on a page'],
  ['par-authorization-request-containing-request_uri-form-param', 'with the errors of the authorization endpoint'],
  ['par-attempt-invalid-http-method', 'only POST; pages of any origin may push'],
  ['par-ensure-pkce-required', 'with the errors of the authorization endpoint'],
  ['ensure-pkce-code-verifier-required', '… is invalid_grant, and the code is left to its owner'],
  ['incorrect-pkce-code-verifier-rejected', 'openid-client reads invalid_grant for another code_verifier'],
  ['par-plain-pkce-rejected', 'with the errors of the authorization endpoint'],
  ['par-without-duplicate-parameters', 'a pushed request is 201 and not to be kept'],
  ['state-only-outside-request-object-not-used', 'what else stands beside the request_uri is ignored'],
]

export const openidPlans: readonly OpenidPlan[] = [
  { name: 'oidcc-basic-certification-test-plan', checks: basic },
  { name: 'oidcc-config-certification-test-plan', checks: config },
  { name: 'oidcc-dynamic-certification-test-plan', checks: dynamic },
  {
    name: 'oidcc-formpost-basic-certification-test-plan',
    checks: [
      ['every check of the basic plan, with response_mode=form_post', 'POST works as GET, and form_post answers'],
      ['oidcc-server, by a library of others', 'openid-client takes its answer from the form'],
    ],
  },
  { name: 'oidcc-rp-initiated-logout-certification-test-plan', checks: logout },
  { name: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan', checks: backChannel },
  { name: 'fapi2-security-profile-final-test-plan (private_key_jwt, DPoP, OpenID Connect)', checks: fapi2 },
]
