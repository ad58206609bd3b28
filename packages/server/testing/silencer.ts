import type { Server, Socket } from 'node:net'
import { type DatabaseFront, standBeforeDatabase } from './stand-before-database.ts'

/** Stands between a program and PostgreSQL. What was connected falls silent when it is told to, as when a firewall forgets its connections: nothing arrives, and nothing ends. */
export class Silencer implements AsyncDisposable {
  readonly #server: Server
  readonly #connections = new Set<{ readonly sockets: readonly Socket[]; isSilent: boolean }>()
  readonly url: string

  private constructor({ server, url }: DatabaseFront) {
    this.#server = server
    this.url = url
  }

  static async start(databaseUrl: string): Promise<Silencer> {
    const front = await standBeforeDatabase(databaseUrl, { allowHalfOpen: true })
    const silencer = new Silencer(front)
    front.server.on('connection', (client) => silencer.#join(client, front.connectBehind()))
    return silencer
  }

  /** How many programs are connected, heard or not. */
  get open(): number {
    return this.#connections.size
  }

  /** Those that come after it are heard. */
  silence(): void {
    for (const connection of this.#connections) connection.isSilent = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const { sockets } of this.#connections) for (const socket of sockets) socket.destroy()
  }

  #join(client: Socket, server: Socket): void {
    const connection = { sockets: [client, server], isSilent: false }
    this.#connections.add(connection)
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => connection.isSilent || to.write(bytes))
      from.on('end', () => connection.isSilent || to.end())
      from.on('error', () => {})
    }
    pass(client, server)
    pass(server, client)
    client.on('close', () => {
      this.#connections.delete(connection)
      server.destroy()
    })
  }
}
