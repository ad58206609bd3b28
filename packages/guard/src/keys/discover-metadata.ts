import type { JsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { describeError } from './describe-error.ts'
import { type Fetching, fetchJson } from './fetch-json.ts'

/** The issuer's metadata: `jwks_uri` is there and as secure as its issuer, all else is unchecked. */
export type IssuerMetadata = JsonObject & { readonly jwks_uri: string }

/** Finds the issuer's metadata. Rejects with a sentence. @see RFC 8414 §3, OpenID Connect Discovery §4 */
export async function discoverMetadata(issuer: string, fetching: Fetching): Promise<IssuerMetadata> {
  const failures: string[] = []
  for (const url of listMetadataUrls(issuer)) {
    try {
      return await readMetadata(url, issuer, fetching)
    } catch (error) {
      failures.push(describeError(error))
    }
  }
  throw new Error(failures.join('; '))
}

/** RFC 8414 §3.1 puts the well-known path before the issuer's own, OpenID Connect behind it. */
function listMetadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

async function readMetadata(url: string, issuer: string, fetching: Fetching): Promise<IssuerMetadata> {
  const { document } = await fetchJson(url, fetching)
  // RFC 8414 §3.3: identical, or it is another issuer's metadata.
  if (document?.issuer !== issuer) throw new Error(`${url} names the issuer ${quote(document?.issuer)}`)
  const uri = document.jwks_uri
  if (typeof uri !== 'string' || !isAsSecure(uri, issuer)) throw new Error(`${url} names the jwks_uri ${quote(uri)}`)
  return { ...document, jwks_uri: uri }
}

/** Keys and revocations must not come over a weaker connection than their issuer's name promises. */
export function isAsSecure(uri: string, issuer: string): boolean {
  const protocol = URL.parse(uri)?.protocol
  return protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:'))
}
