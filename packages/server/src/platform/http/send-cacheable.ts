import type { FastifyReply, FastifyRequest } from 'fastify'

export interface CacheableDocument {
  readonly body: string
  readonly contentType: string
  /** A strong entity tag with its quotes, RFC 9110 §8.8.3. */
  readonly etag: string
  readonly maxAgeSeconds: number
}

/** Answers with a public document that any origin may read, or 304 for who has it already (RFC 9110 §13.1.2). */
export function sendCacheable(request: FastifyRequest, reply: FastifyReply, document: CacheableDocument): FastifyReply {
  reply
    .header('etag', document.etag)
    .header('cache-control', `public, max-age=${document.maxAgeSeconds}`)
    .header('access-control-allow-origin', '*')
    .header('x-content-type-options', 'nosniff')
  if (matches(request.headers['if-none-match'], document.etag)) return reply.status(304).send()
  return reply.type(document.contentType).send(Buffer.from(document.body))
}

/** Weak comparison: a W/ in front does not count (RFC 9110 §8.8.3.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header
    .split(',')
    .some((candidate) => candidate.trim() === '*' || candidate.trim().replace(/^W\//, '') === etag)
}
