import type { FastifyRequest } from 'fastify'
import { findCookie, renderCookie } from '../platform/http/cookies.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** `__Host-` as for the browser's session; a page of the same origin can't read it, and another site's request doesn't bring it. */
function refreshCookieName({ isSecure }: IssuerUrls): string {
  return isSecure ? '__Host-ostiary_refresh' : 'ostiary_refresh'
}

export function findRefreshCookie(request: FastifyRequest, urls: IssuerUrls): string | undefined {
  return findCookie(request.headers.cookie, refreshCookieName(urls))
}

/** The Set-Cookie value; an empty token removes it. */
export function renderRefreshCookie(urls: IssuerUrls, token: string, lifetimeMilliseconds: number): string {
  return renderCookie(refreshCookieName(urls), token, {
    secure: urls.isSecure,
    sameSite: 'Strict',
    maxAgeSeconds: token === '' ? 0 : Math.floor(lifetimeMilliseconds / 1000),
  })
}
