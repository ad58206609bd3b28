import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** An app's server that is told of logouts, on loopback. */
export class LogoutReceiver implements AsyncDisposable {
  readonly #server: Server
  readonly port: number
  /** Each logout token that came, in order. */
  readonly tokens: string[] = []
  /** What it answers; 204 unless set. */
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.writeHead(204).end()
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('request', async (request, response) => {
      const form = new URLSearchParams(await text(request))
      this.tokens.push(form.get('logout_token') ?? '')
      this.answer(request, response)
      this.#changed.resolve()
      this.#changed = Promise.withResolvers()
    })
  }

  static async start(port = 0): Promise<LogoutReceiver> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return new LogoutReceiver(server)
  }

  get uri(): string {
    return `http://127.0.0.1:${this.port}/backchannel`
  }

  /** Resolves when so many have come. */
  async untilCame(count: number): Promise<void> {
    while (this.tokens.length < count) await this.#changed.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
