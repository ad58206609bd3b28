import type { FastifyRequest } from 'fastify'
import { wantsPage } from './wants-page.ts'

/** Whether the caller is a program: it names JSON, and a page not before it. Whoever names neither is shown the page. */
export function wantsJson(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('json') === true && !wantsPage(request)
}
