import { createHash } from 'node:crypto'
import { assertionAlgorithms } from '../../domain/assertions/fitting-keys.ts'
import { acrValues } from '../../domain/assurance/acr.ts'
import { idTokenAlgorithms } from '../../domain/clients/client.ts'
import { grantTypes } from '../../domain/clients/parse-client.ts'
import { proofAlgorithms } from '../../domain/dpop/proof-verifier.ts'
import { identityScopes } from '../../domain/names/identity-scopes.ts'
import { profileClaims } from '../../domain/profiles/profile.ts'
import { languages } from '../../platform/html/language.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { sendCacheable } from '../../platform/http/send-cacheable.ts'
import { allAuthMethods, confidentialAuthMethods } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** Serves the metadata under both names and in both placements for an issuer with a path (RFC 8414 §3 and §5, OpenID Connect Discovery §4). */
export function discoveryEndpoint(
  server: HttpServer,
  urls: IssuerUrls,
  {
    takesClientDocuments,
    takesRegistrations,
  }: { readonly takesClientDocuments: boolean; readonly takesRegistrations: boolean },
): void {
  const body = JSON.stringify({
    ...renderMetadata(urls),
    client_id_metadata_document_supported: takesClientDocuments,
    ...(takesRegistrations && { registration_endpoint: urls.registrationUrl }),
  })
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const document = { body, etag, contentType: 'application/json', maxAgeSeconds: 300 }
  allowAnyOrigin(server, metadataPaths(urls.basePath))
  for (const path of metadataPaths(urls.basePath)) {
    server.get(path, { config: { importance: 'prompt' } }, (request, reply) => sendCacheable(request, reply, document))
  }
}

function metadataPaths(basePath: string): ReadonlySet<string> {
  const names = ['openid-configuration', 'oauth-authorization-server']
  return new Set(names.flatMap((name) => [`/.well-known/${name}${basePath}`, `${basePath}/.well-known/${name}`]))
}

/**
 * What really is there: endpoints that do not exist are left out. Our own are `login_endpoint` (the form or JSON door for first-party apps), `logout_endpoint`, `account_endpoint` (a person's
 * sessions), `revocation_feed_endpoint` (where guards learn of revocations) and `admin_revocation_endpoint` (where clients that may revoke
 * what is not their own) and `admin_api_endpoint` (below which operators look at and change everything else).
 */
function renderMetadata(urls: IssuerUrls): Record<string, unknown> {
  return {
    issuer: urls.issuer,
    jwks_uri: urls.jwksUri,
    login_endpoint: urls.loginUrl,
    logout_endpoint: urls.logoutUrl,
    authorization_endpoint: urls.authorizationUrl,
    device_authorization_endpoint: urls.deviceAuthorizationUrl,
    pushed_authorization_request_endpoint: urls.pushedAuthorizationUrl,
    require_pushed_authorization_requests: false,
    token_endpoint: urls.tokenUrl,
    userinfo_endpoint: urls.userinfoUrl,
    end_session_endpoint: urls.endSessionUrl,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    token_endpoint_auth_methods_supported: allAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint: urls.revocationUrl,
    revocation_endpoint_auth_methods_supported: allAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint: urls.introspectionUrl,
    introspection_endpoint_auth_methods_supported: confidentialAuthMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_feed_endpoint: urls.revocationFeedUrl,
    admin_revocation_endpoint: urls.revocationsUrl,
    account_endpoint: urls.accountUrl,
    admin_api_endpoint: urls.adminUrl,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: grantTypes,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    authorization_response_iss_parameter_supported: true,
    scopes_supported: identityScopes,
    claims_supported: [
      'sub',
      'preferred_username',
      ...profileClaims,
      'updated_at',
      'email',
      'email_verified',
      'phone_number',
      'phone_number_verified',
      'address',
      'auth_time',
      'acr',
      'amr',
      'sid',
      'org_id',
    ],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    acr_values_supported: acrValues,
    ui_locales_supported: languages,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: idTokenAlgorithms,
    userinfo_signing_alg_values_supported: idTokenAlgorithms,
  }
}
