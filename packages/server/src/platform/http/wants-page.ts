import type { FastifyRequest } from 'fastify'

/** Whether the caller asks for a page: browsers name text/html, programs and curl do not. */
export function wantsPage(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? ''
  const page = accept.search(/\btext\/html\b/)
  const json = accept.search(/\bapplication\/(?:problem\+)?json\b/)
  return page >= 0 && (json < 0 || page < json)
}
