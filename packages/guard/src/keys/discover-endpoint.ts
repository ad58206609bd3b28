import { quote } from '../jws/quote.ts'
import { describeError } from './describe-error.ts'
import { type Fetching, fetchJson } from './fetch-json.ts'

/**
 * Finds an endpoint's URL in the issuer's metadata; undefined when that names none. Rejects with a sentence.
 *
 * @see RFC 8414 §3, OpenID Connect Discovery §4
 */
export async function discoverEndpoint(
  issuer: string,
  member: string,
  fetching: Fetching,
): Promise<string | undefined> {
  const failures: string[] = []
  let isNamed: boolean | undefined
  for (const url of listMetadataUrls(issuer)) {
    try {
      const uri = await readEndpoint(url, issuer, member, fetching)
      if (uri !== undefined) return uri
      isNamed = false
    } catch (error) {
      failures.push(describeError(error))
    }
  }
  if (isNamed === undefined) throw new Error(failures.join('; '))
  return undefined
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

async function readEndpoint(
  url: string,
  issuer: string,
  member: string,
  fetching: Fetching,
): Promise<string | undefined> {
  const { document } = await fetchJson(url, fetching)
  // RFC 8414 §3.3: identical, or it is another issuer's metadata.
  if (document?.issuer !== issuer) throw new Error(`${url} names the issuer ${quote(document?.issuer)}`)
  const uri = document[member]
  if (uri === undefined) return undefined
  if (typeof uri !== 'string' || !isAsSecure(uri, issuer)) throw new Error(`${url} names the ${member} ${quote(uri)}`)
  return uri
}

/** Keys and revocations must not come over a weaker connection than their issuer's name promises. */
function isAsSecure(uri: string, issuer: string): boolean {
  const protocol = URL.parse(uri)?.protocol
  return protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:'))
}
