import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import type { Client } from './client.ts'

/** Whether a client is answered at this address. @see RFC 6749 §3.1.2.3, RFC 9700 §4.1 */
export function isRedirectUriOf({ redirectUris }: Client, presented: string): boolean {
  return redirectUris.some((registered) => matchesRedirectUri(registered, presented))
}

/** As registered; on a loopback address with any port, since an app takes one that is free (RFC 8252 §7.3). */
function matchesRedirectUri(registered: string, presented: string): boolean {
  if (registered === presented) return true
  if (!registered.startsWith('http://') || !URL.canParse(registered) || !URL.canParse(presented)) return false
  const [one, other] = [new URL(registered), new URL(presented)]
  if (!isLoopbackHost(one.hostname)) return false
  other.port = one.port
  // Compared as texts, so that nothing which a parser would smooth over passes.
  return one.href === other.href && withoutPort(presented) === withoutPort(registered)
}

function withoutPort(uri: string): string {
  return uri.replace(/^(http:\/\/[^/?#]*?)(:\d{1,5})?(?=[/?#]|$)/, '$1')
}
