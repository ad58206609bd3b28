import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  /** So many are open at once. */
  readonly most: number
  /** An answer is read within so many milliseconds, or its connection is cut off. */
  readonly answerMilliseconds: number
}

export interface Connections {
  readonly open: number
  /** How many were cut off since the start: those that did nothing for others that came, and those that did not read their answers. */
  readonly cutOff: number
}

/** More than all streams of the feed, and far more than proxies keep. */
const MOST_CONNECTIONS = 25_000
const ANSWER_MS = 30_000
/** For the database, mails, webhooks and documents. */
const FILES_KEPT_FREE = 200

/** As many as this process may have files open, and no more than memory is meant for. */
export function connectionLimits(): ConnectionLimits {
  return { most: Math.min(MOST_CONNECTIONS, readFileLimit() - FILES_KEPT_FREE), answerMilliseconds: ANSWER_MS }
}

/**
 * Bounds connections. When one more comes than there may be, the one that has been idle for longest gives way: one without a request, or with a part of its header. So
 * whoever keeps thousands open and asks nothing drives out their own. An answer that nobody reads is not kept for ever.
 */
export function boundConnections(server: Server, { most, answerMilliseconds }: ConnectionLimits): Connections {
  // In the order in which they became idle.
  const idle = new Set<Socket>()
  const unread = new Map<ServerResponse, number>()
  const figures = { open: 0, cutOff: 0 }
  const cutOff = (socket: Socket) => {
    figures.cutOff += 1
    idle.delete(socket)
    socket.destroy()
  }
  server.on('connection', (socket: Socket) => {
    figures.open += 1
    socket.once('close', () => {
      figures.open -= 1
      idle.delete(socket)
    })
    if (figures.open > most) {
      const [longest] = idle
      if (longest) cutOff(longest)
      else return cutOff(socket)
    }
    idle.add(socket)
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket)
    // Ended, and still not handed over: the other side does not read.
    response.once('prefinish', () => unread.set(response, performance.now()))
    response.once('close', () => {
      unread.delete(response)
      if (!socket.destroyed) idle.add(socket)
    })
  })
  const sweep = setInterval(() => {
    const oldest = performance.now() - answerMilliseconds
    for (const [response, endedAt] of unread) {
      if (endedAt > oldest) break
      unread.delete(response)
      if (response.socket) cutOff(response.socket)
    }
  }, answerMilliseconds / 4)
  sweep.unref()
  server.once('close', () => clearInterval(sweep))
  return figures
}

/** Linux tells; elsewhere nobody runs a server for strangers. @see proc_pid_limits(5) */
function readFileLimit(): number {
  try {
    const limit = Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
    return limit > FILES_KEPT_FREE * 2 ? limit : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
