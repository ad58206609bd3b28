import type { IssuerUrls } from '../issuer-urls.ts'

/** The `redirect_uri` at an upstream, one for each, so that no upstream can answer for another: RFC 9700 §4.4.2. */
export function callbackUrl(urls: IssuerUrls, upstreamId: string): string {
  return `${urls.origin}${urls.loginUpstreamPath}/${upstreamId}/callback`
}
