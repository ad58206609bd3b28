import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

interface Backend {
  readonly url: URL
  readonly agent: Agent
  isUp: boolean
  /** Checks in a row that went the other way. */
  contrary: number
  served: number
}

export interface BalancerOptions {
  /** How often each backend is asked whether it is ready; never unless given. */
  readonly checkMilliseconds?: number
  /** So many refusals in a row take a backend out. Default 2. */
  readonly fall?: number
}

/**
 * A balancer without stickiness: each request goes to the next backend, round and round, over connections that are kept. As real ones do, it passes a
 * request on to another backend only if no connection could be had: what may have been done is not repeated.
 */
export class Balancer implements AsyncDisposable {
  readonly #server: Server
  readonly #backends: readonly Backend[]
  readonly #sockets = new Set<Socket>()
  readonly #fall: number
  readonly #checks: NodeJS.Timeout | undefined
  #next = 0
  /** Why requests got no answer of a backend. */
  readonly failures: string[] = []

  private constructor(
    server: Server,
    backendUrls: readonly string[],
    { checkMilliseconds, fall = 2 }: BalancerOptions,
  ) {
    this.#server = server
    this.#fall = fall
    this.#backends = backendUrls.map((url) => ({
      url: new URL(url),
      agent: new Agent({ keepAlive: true }),
      ...{ isUp: true, contrary: 0, served: 0 },
    }))
    server.on('request', async (incoming, response) => {
      this.#pass(incoming, await buffer(incoming), response, this.#backends.length)
    })
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    if (checkMilliseconds !== undefined) this.#checks = setInterval(() => this.#checkAll(), checkMilliseconds)
  }

  static async start(port: number, backendUrls: readonly string[], options: BalancerOptions = {}): Promise<Balancer> {
    const server = createServer({ keepAliveTimeout: 60_000 })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new Balancer(server, backendUrls, options)
  }

  /** How many requests each backend has answered. */
  get served(): readonly number[] {
    return this.#backends.map(({ served }) => served)
  }

  /** Whether each backend is sent requests. */
  get up(): readonly boolean[] {
    return this.#backends.map(({ isUp }) => isUp)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#checks)
    for (const socket of this.#sockets) socket.destroy()
    for (const { agent } of this.#backends) agent.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #choose(): Backend | undefined {
    const { length } = this.#backends
    for (let tried = 0; tried < length; tried += 1) {
      const backend = this.#backends[this.#next++ % length]
      if (backend?.isUp) return backend
    }
    return undefined
  }

  #pass(incoming: IncomingMessage, body: Buffer, response: ServerResponse, attempts: number): void {
    const backend = this.#choose()
    if (backend === undefined || attempts === 0) {
      this.#fail(response, 'no backend is up')
      return
    }
    const { method, url, headers } = incoming
    const { hostname, port } = backend.url
    const passed = request({ agent: backend.agent, hostname, port, method, path: url, headers: forward(headers) })
    let isAnswered = false
    passed.on('response', (answer) => {
      isAnswered = true
      backend.served += 1
      response.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers))
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    passed.on('error', (error: NodeJS.ErrnoException) => {
      if (isAnswered || response.destroyed) return
      if (error.code === 'ECONNREFUSED') this.#pass(incoming, body, response, attempts - 1)
      else this.#fail(response, `${method} ${url}: ${error.code}`)
    })
    response.on('close', () => passed.destroy())
    passed.end(body)
  }

  #fail(response: ServerResponse, why: string): void {
    this.failures.push(why)
    response.writeHead(502).end(why)
  }

  #checkAll(): void {
    for (const backend of this.#backends) void this.#check(backend)
  }

  async #check(backend: Backend): Promise<void> {
    const isReady = await fetch(new URL('/readyz', backend.url)).then(
      ({ ok }) => ok,
      () => false,
    )
    backend.contrary = isReady === backend.isUp ? 0 : backend.contrary + 1
    if (backend.contrary < (isReady ? 1 : this.#fall)) return
    backend.isUp = isReady
    backend.contrary = 0
  }
}

type Headers = Record<string, string | string[] | undefined>

/** RFC 9110 §7.6.1 */
function withoutHops({ connection, 'keep-alive': _, ...others }: Headers): Headers {
  return others
}

function forward(headers: Headers): Headers {
  const { 'x-forwarded-for': from = '127.0.0.1', ...others } = withoutHops(headers)
  return { ...others, 'x-forwarded-for': from }
}
