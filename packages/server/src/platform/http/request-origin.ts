import type { FastifyRequest } from 'fastify'

/**
 * Whether a browser sent this request on behalf of another site. A request with neither Sec-Fetch-Site nor Origin comes from
 * no browser, so there is no person whose cookies or click another site could borrow.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isCrossOrigin(request: FastifyRequest, ownOrigin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = request.headers.origin
  return origin !== undefined && origin !== ownOrigin
}

/** Whether the caller asks for a page: browsers name text/html, programs and curl do not. */
export function wantsPage(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? ''
  const at = accept.search(/\btext\/html\b/)
  const json = accept.search(/\bapplication\/(?:problem\+)?json\b/)
  return at >= 0 && (json < 0 || at < json)
}
