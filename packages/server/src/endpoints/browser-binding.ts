import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { randomSecret } from '../platform/random/random.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie, renderOwnCookie } from './own-cookies.ts'

const LIFETIME_SECONDS = 600

/**
 * The secret that this browser has kept since a login began in it, new where it has none; several tabs share it. Returned as its hash, and as
 * the Set-Cookie value that keeps it for ten minutes more.
 *
 * @see RFC 9700 §4.7.1: what comes back belongs to the browser that asked, or others could log a person in as themselves.
 */
export function bindBrowser(urls: IssuerUrls, request: FastifyRequest): { hash: string; setCookie: string } {
  const secret = findSecret(urls, request) ?? randomSecret()
  const setCookie = renderOwnCookie(urls, 'binding', secret, { maxAgeSeconds: LIFETIME_SECONDS })
  return { hash: hashOf(secret), setCookie }
}

/** The hash of that secret; absent where no login has begun in this browser. */
export function findBrowserHash(urls: IssuerUrls, request: FastifyRequest): string | undefined {
  const secret = findSecret(urls, request)
  return secret && hashOf(secret)
}

function findSecret(urls: IssuerUrls, request: FastifyRequest): string | undefined {
  const secret = findOwnCookie(urls, request, 'binding')
  return secret !== undefined && /^[\w-]{43}$/.test(secret) ? secret : undefined
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
