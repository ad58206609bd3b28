import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { makeCertificate } from './make-certificate.ts'
import { findFreePort } from './test-server.ts'

/** What a proxy in front may do, well or badly. */
export interface FrontBehaviour {
  /** What becomes of X-Forwarded-For. Default: the caller's address takes the place of what came. */
  readonly forwardedFor?: 'overwrite' | 'append' | 'drop'
  readonly hidesMetrics?: boolean
  readonly hsts?: string
  /** Holds everything back until the answer is whole, or for so long. */
  readonly buffersMilliseconds?: number
  readonly date?: string
  /** Answers this in place of the metadata. */
  readonly metadata?: { readonly status: number; readonly body: string }
}

/** A reverse proxy that terminates TLS, on https://localhost; this process trusts its certificate. */
export class TlsFront {
  readonly port: number
  behaviour: FrontBehaviour = {}
  readonly #server: Server

  private constructor(port: number, serverPort: number) {
    const { key, certificate } = makeCertificate()
    setDefaultCACertificates([...getCACertificates('default'), certificate])
    this.port = port
    this.#server = createServer({ key, cert: certificate }, (incoming, answer) =>
      this.#pass(incoming, answer, serverPort),
    )
  }

  static async start(serverPort: number): Promise<TlsFront> {
    const front = new TlsFront(await findFreePort(), serverPort)
    await new Promise<void>((resolve) => front.#server.listen(front.port, '127.0.0.1', resolve))
    return front
  }

  get url(): string {
    return `https://localhost:${this.port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse, serverPort: number): void {
    const { hidesMetrics = true, metadata } = this.behaviour
    if (hidesMetrics && incoming.url === '/metrics') return void answer.writeHead(404).end()
    if (metadata !== undefined && incoming.url?.startsWith('/.well-known/')) {
      return void answer.writeHead(metadata.status, { 'content-type': 'application/json' }).end(metadata.body)
    }
    const { method, url: path } = incoming
    const inside = request({ host: '127.0.0.1', port: serverPort, method, path, headers: this.#headers(incoming) })
    inside.on('error', () => answer.destroy())
    inside.on('response', (response) => this.#answer(response, answer))
    answer.on('close', () => inside.destroy())
    incoming.pipe(inside)
  }

  #headers({ headers, socket }: IncomingMessage): IncomingMessage['headers'] {
    const { forwardedFor = 'overwrite' } = this.behaviour
    const { 'x-forwarded-for': came, ...others } = headers
    const own = socket.remoteAddress ?? ''
    if (forwardedFor === 'drop') return others
    const value = forwardedFor === 'append' && came !== undefined ? `${String(came)}, ${own}` : own
    return { ...others, 'x-forwarded-for': value }
  }

  #answer(response: IncomingMessage, answer: ServerResponse): void {
    const { hsts = 'max-age=31536000', date, buffersMilliseconds } = this.behaviour
    const added = { ...(hsts !== '' && { 'strict-transport-security': hsts }), ...(date !== undefined && { date }) }
    answer.writeHead(response.statusCode ?? 502, { ...response.headers, ...added })
    answer.flushHeaders()
    if (buffersMilliseconds === undefined) return void response.pipe(answer)
    const held: Buffer[] = []
    const release = () => answer.write(Buffer.concat(held.splice(0)))
    const timer = setInterval(release, buffersMilliseconds)
    response.on('data', (chunk: Buffer) => held.push(chunk))
    response.on('end', () => answer.end(Buffer.concat(held)))
    answer.on('close', () => clearInterval(timer))
  }
}
