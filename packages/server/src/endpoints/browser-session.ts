import type { FastifyRequest } from 'fastify'
import type { Session } from '../domain/sessions/session.ts'
import { findSessionByCookie } from '../domain/sessions/session-cookie.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
import { findCookie } from '../platform/http/cookies.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** `__Host-` binds a cookie to this very host (RFC 6265bis §4.1.3.2); it demands Secure, which plain http on loopback has not. */
export function sessionCookieName(urls: IssuerUrls): string {
  return urls.isSecure ? '__Host-ostiary_session' : 'ostiary_session'
}

/** The live session that the request's cookie proves; absent when nobody is signed in. */
export async function findBrowserSession(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  now: EpochMilliseconds,
): Promise<Session | undefined> {
  return findSessionByCookie(sql, findCookie(request.headers.cookie, sessionCookieName(urls)), now)
}
