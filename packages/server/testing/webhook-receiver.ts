import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A message as it came. */
export interface ReceivedMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly payload: { readonly type: string; readonly timestamp: string; readonly data: Record<string, unknown> }
}

/** A server that is told of events, on loopback. */
export class WebhookReceiver implements AsyncDisposable {
  readonly #server: Server
  readonly port: number
  /** Each message that came, in order. */
  readonly messages: ReceivedMessage[] = []
  /** What it answers; 204 unless set. */
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => response.writeHead(204).end()
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('request', async (request, response) => {
      const body = await text(request)
      const headers = request.headers as Record<string, string>
      this.messages.push({ headers, body, payload: JSON.parse(body) })
      this.answer(response, request)
      this.#changed.resolve()
      this.#changed = Promise.withResolvers()
    })
  }

  static async start(port = 0): Promise<WebhookReceiver> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return new WebhookReceiver(server)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`
  }

  get types(): readonly string[] {
    return this.messages.map(({ payload }) => payload.type)
  }

  /** Resolves when so many have come. */
  async untilCame(count: number): Promise<void> {
    while (this.messages.length < count) await this.#changed.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
