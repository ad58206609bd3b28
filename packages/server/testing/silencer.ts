import type { Server, Socket } from 'node:net'
import { type DatabaseFront, standBeforeDatabase } from './stand-before-database.ts'

interface Connection {
  readonly sockets: readonly Socket[]
  /** `dead`: it ends as soon as something is sent on it. */
  state: 'heard' | 'silent' | 'dead'
}

/** Stands between a program and PostgreSQL. What was connected falls silent or dies when it is told to, as when a firewall forgets its connections: nothing arrives, and nobody is told. */
export class Silencer implements AsyncDisposable {
  readonly #server: Server
  readonly #connections = new Set<Connection>()
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
    for (const connection of this.#connections) connection.state = 'silent'
  }

  /** Those that come after it are heard. */
  kill(): void {
    for (const connection of this.#connections) connection.state = 'dead'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const { sockets } of this.#connections) for (const socket of sockets) socket.destroy()
  }

  #join(client: Socket, server: Socket): void {
    const connection: Connection = { sockets: [client, server], state: 'heard' }
    this.#connections.add(connection)
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => {
        if (connection.state === 'heard') to.write(bytes)
        if (connection.state === 'dead') client.resetAndDestroy()
      })
      from.on('end', () => connection.state === 'heard' && to.end())
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
