import { openRequestSpan, type RequestSpan } from '../tracing/request-span.ts'
import type { HttpServer } from './create-http-server.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: RequestSpan
  }
}

/** Gives each request a span, in which its handler runs. It ends with the connection's last byte, also where the client has gone. */
export function traceRequests(server: HttpServer): void {
  server.decorateRequest('span')
  server.addHook('onRequest', (request, reply, done) => {
    const span = openRequestSpan({ method: request.method, headers: request.headers, id: request.id })
    request.span = span
    reply.raw.once('close', () => span.end({ route: request.routeOptions.url, status: reply.statusCode }))
    span.enter(done)
  })
  // Once more: the events of a body come from its socket, which belongs to no request.
  server.addHook('preValidation', (request, _, done) => request.span.enter(done))
}
