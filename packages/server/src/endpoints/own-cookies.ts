import type { FastifyRequest } from 'fastify'
import { type CookieOptions, findCookie, renderCookie } from '../platform/http/cookies.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** Every cookie that we set, and what it holds. One list, so that no two rooms give one name two meanings. */
export type OwnCookie =
  /** What proves the session of a browser. */
  | 'session'
  /** The refresh token of a page of this origin. */
  | 'refresh'
  /** The secret of a login that waits for its next step. */
  | 'login_step'
  /** The secret of a login that waits for its person to say whether they keep the account. */
  | 'keeping'
  /** What ties a login to the browser that it began in. */
  | 'binding'
  /** By what a person is not asked for a second factor in this browser. */
  | 'remembered_device'
  /** By what a browser is no news to the people who have signed in in it. */
  | 'known_device'
  /** That the offer of a passkey was declined. */
  | 'passkey_offer'

type Origin = Pick<IssuerUrls, 'isSecure'>

/** Absent where the request has none, or several. */
export function findOwnCookie(
  origin: Origin,
  request: Pick<FastifyRequest, 'headers'>,
  cookie: OwnCookie,
): string | undefined {
  return findCookie(request.headers.cookie, nameOf(cookie, origin))
}

/** The Set-Cookie value; an empty value removes the cookie. */
export function renderOwnCookie(
  origin: Origin,
  cookie: OwnCookie,
  value: string,
  { maxAgeSeconds, ...options }: Omit<CookieOptions, 'secure'>,
): string {
  const lifetime = value === '' ? 0 : Math.floor(maxAgeSeconds)
  return renderCookie(nameOf(cookie, origin), value, { ...options, secure: origin.isSecure, maxAgeSeconds: lifetime })
}

/** The Set-Cookie value that removes it. */
export function removeOwnCookie(origin: Origin, cookie: OwnCookie): string {
  return renderOwnCookie(origin, cookie, '', { maxAgeSeconds: 0 })
}

/** `__Host-` binds a cookie to this very host (RFC 6265bis §4.1.3.2); it demands Secure, which plain http on loopback has not. */
function nameOf(cookie: OwnCookie, { isSecure }: Origin): string {
  return isSecure ? `__Host-ostiary_${cookie}` : `ostiary_${cookie}`
}
