import type { FastifyRequest } from 'fastify'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie, renderOwnCookie } from './own-cookies.ts'

export function findRefreshCookie(request: FastifyRequest, urls: IssuerUrls): string | undefined {
  return findOwnCookie(urls, request, 'refresh')
}

/** The Set-Cookie value; an empty token removes it. A page of the same origin can't read it, and another site's request doesn't bring it. */
export function renderRefreshCookie(urls: IssuerUrls, token: string, lifetimeMilliseconds: number): string {
  return renderOwnCookie(urls, 'refresh', token, { sameSite: 'Strict', maxAgeSeconds: lifetimeMilliseconds / 1000 })
}
