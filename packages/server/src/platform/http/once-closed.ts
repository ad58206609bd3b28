import type { FastifyReply } from 'fastify'

/** Calls back once the connection of an answer is closed, or the answer is handed over; at once where it is by now: `close` is told a single time, and not to who asks later. */
export function onceClosed({ raw }: Pick<FastifyReply, 'raw'>, act: () => void): void {
  if (raw.closed) act()
  else raw.once('close', act)
}
