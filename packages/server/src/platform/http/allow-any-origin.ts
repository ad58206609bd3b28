import type { HttpServer } from './create-http-server.ts'

const preflight = {
  'access-control-allow-methods': 'GET, POST',
  // MCP clients send their protocol version with every request, also for metadata.
  'access-control-allow-headers': 'Authorization, Content-Type, DPoP, MCP-Protocol-Version',
  'access-control-max-age': '86400',
}

/** What makes an answer one that pages of any origin may read: on the answer itself, since in that to a preflight browsers pass it over (Fetch Standard §3.3.3). */
export const readableAnywhere: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, Retry-After',
}

/**
 * Lets pages of any origin call the routes of a room at these paths. No cookie comes along with such a call, since credentials are not
 * allowed.
 *
 * @see Fetch Standard §3.3
 */
export function allowAnyOrigin(room: HttpServer, paths: Iterable<string>): void {
  room.addHook('onRequest', (_, reply, done) => {
    reply.headers(readableAnywhere)
    done()
  })
  for (const path of paths) room.options(path, (_, reply) => reply.status(204).headers(preflight).send())
}
