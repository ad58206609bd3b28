import type { FastifyRequest } from 'fastify'
import { Problem } from './problem.ts'

/**
 * Refuses what a browser sends on behalf of another site. A request with neither Sec-Fetch-Site nor Origin comes from no browser, so
 * there is no person whose cookies or click another site could borrow.
 *
 * @param advice what the person should do instead, as a sentence
 * @throws Problem 403 `cross_origin_request`
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function refuseCrossOrigin(request: FastifyRequest, ownOrigin: string, advice: string): void {
  if (!isCrossOrigin(request, ownOrigin)) return
  const detail = `This form was sent from another site. ${advice}`
  throw new Problem({ status: 403, code: 'cross_origin_request', detail })
}

function isCrossOrigin(request: FastifyRequest, ownOrigin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin } = request.headers
  return origin !== undefined && origin !== ownOrigin
}
