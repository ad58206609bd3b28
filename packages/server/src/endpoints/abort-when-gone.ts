import type { FastifyReply } from 'fastify'
import { onceClosed } from '../platform/http/once-closed.ts'

/** Aborts when the client closes its connection before it was answered: nobody is left to work or to wait for. */
export function abortWhenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  onceClosed(reply, () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}
