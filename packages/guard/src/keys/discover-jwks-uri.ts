import { quote } from '../jws/quote.ts'
import { describeError } from './describe-error.ts'
import { type Fetching, fetchJson } from './fetch-json.ts'

/** Finds `jwks_uri` in the issuer's metadata. Rejects with a sentence. @see RFC 8414 §3, OpenID Connect Discovery §4 */
export async function discoverJwksUri(issuer: string, fetching: Fetching): Promise<string> {
  const failures: string[] = []
  for (const url of listMetadataUrls(issuer)) {
    try {
      return await readJwksUri(url, issuer, fetching)
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

async function readJwksUri(url: string, issuer: string, fetching: Fetching): Promise<string> {
  const { document } = await fetchJson(url, fetching)
  // RFC 8414 §3.3: identical, or it is another issuer's metadata.
  if (document?.issuer !== issuer) throw new Error(`${url} names the issuer ${quote(document?.issuer)}`)
  const uri = document.jwks_uri
  if (typeof uri !== 'string' || !isAsSecure(uri, issuer)) throw new Error(`${url} names the jwks_uri ${quote(uri)}`)
  return uri
}

/** Keys must not come over a weaker connection than their issuer's name promises. */
function isAsSecure(uri: string, issuer: string): boolean {
  const protocol = URL.parse(uri)?.protocol
  return protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:'))
}
