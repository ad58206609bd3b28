import { createHash } from 'node:crypto'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { sendCacheable } from '../../platform/http/send-cacheable.ts'
import { allAuthMethods, confidentialAuthMethods } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** Serves the metadata under both names and in both placements for an issuer with a path (RFC 8414 §3 and §5, OpenID Connect Discovery §4). */
export function discoveryEndpoint(server: HttpServer, urls: IssuerUrls): void {
  const body = JSON.stringify(renderMetadata(urls))
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const document = { body, etag, contentType: 'application/json', maxAgeSeconds: 300 }
  for (const path of metadataPaths(urls.basePath)) {
    server.get(path, (request, reply) => sendCacheable(request, reply, document))
  }
}

function metadataPaths(basePath: string): ReadonlySet<string> {
  const names = ['openid-configuration', 'oauth-authorization-server']
  return new Set(names.flatMap((name) => [`/.well-known/${name}${basePath}`, `${basePath}/.well-known/${name}`]))
}

/**
 * What really is there: endpoints that do not exist are left out. RFC 8414 §3.2 would leave out empty lists as well, but an absent
 * `grant_types_supported` means authorization_code and implicit (§2), which would be untrue, and the other lists are required
 * members. Our own are `login_endpoint` (the form or JSON door for first-party apps), `logout_endpoint`, `account_endpoint` (a person's
 * sessions), `revocation_feed_endpoint` (where guards learn of revocations) and `admin_revocation_endpoint` (where clients that may revoke
 * what is not their own).
 */
function renderMetadata(urls: IssuerUrls): Record<string, unknown> {
  return {
    issuer: urls.issuer,
    jwks_uri: urls.jwksUri,
    login_endpoint: urls.loginUrl,
    logout_endpoint: urls.logoutUrl,
    token_endpoint: urls.tokenUrl,
    token_endpoint_auth_methods_supported: allAuthMethods,
    revocation_endpoint: urls.revocationUrl,
    revocation_endpoint_auth_methods_supported: allAuthMethods,
    introspection_endpoint: urls.introspectionUrl,
    introspection_endpoint_auth_methods_supported: confidentialAuthMethods,
    revocation_feed_endpoint: urls.revocationFeedUrl,
    admin_revocation_endpoint: urls.revocationsUrl,
    account_endpoint: urls.accountUrl,
    response_types_supported: [],
    grant_types_supported: ['refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [],
  }
}
