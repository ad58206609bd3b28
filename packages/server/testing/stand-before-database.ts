import { once } from 'node:events'
import { connect, createServer, type Server, type ServerOpts, type Socket } from 'node:net'

/** A place between programs and a database, where what passes can be disturbed. */
export interface DatabaseFront {
  /** Gets the connections of whoever uses the URL; what passes on is for its listener. */
  readonly server: Server
  readonly url: string
  /** A connection to the database itself. */
  connectBehind(): Socket
}

export async function standBeforeDatabase(databaseUrl: string, options: ServerOpts = {}): Promise<DatabaseFront> {
  const { hostname, port } = new URL(databaseUrl)
  const server = createServer(options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.port = String(Object(server.address()).port)
  return { server, url: url.href, connectBehind: () => connect(Number(port), hostname) }
}
