import type { IssuerUrls } from './issuer-urls.ts'

/** `__Host-` binds a cookie to this very host (RFC 6265bis §4.1.3.2); it demands Secure, which plain http on loopback has not. */
export function sessionCookieName(urls: IssuerUrls): string {
  return urls.isSecure ? '__Host-ostiary_session' : 'ostiary_session'
}
