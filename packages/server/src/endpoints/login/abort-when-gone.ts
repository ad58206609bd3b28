import type { FastifyRequest } from 'fastify'

/** Aborts when the client closes its connection before it was answered: nobody is left to hash a password for. */
export function abortWhenGone(request: FastifyRequest): AbortSignal {
  const controller = new AbortController()
  request.raw.socket.once('close', () => controller.abort())
  return controller.signal
}
