import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** One span as OTLP's JSON encoding has it. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code?: number; readonly message?: string }
  readonly events?: readonly unknown[]
}

interface WireAttribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
type WireSpan = Omit<ReceivedSpan, 'attributes'> & { readonly attributes?: readonly WireAttribute[] }
interface WireTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[]
  }[]
}

/** A collector: takes traces by OTLP over HTTP in JSON, and keeps them. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = []
  readonly resources: Readonly<Record<string, unknown>>[] = []
  /** Every body, as it came. */
  readonly bodies: string[] = []
  readonly #server: Server

  private constructor(answers: boolean) {
    this.#server = createServer(async (request, response) => {
      if (!answers) return
      const isTraces = request.method === 'POST' && request.url === '/v1/traces'
      const isJson = request.headers['content-type'] === 'application/json'
      if (!isTraces || !isJson) return void response.writeHead(415).end()
      this.#take(await readText(request))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }

  /** @param answers false: it takes connections and says nothing, ever. */
  static async start({ answers = true } = {}): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver(answers)
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take(body: string): void {
    this.bodies.push(body)
    const traces: WireTraces = JSON.parse(body)
    for (const { resource, scopeSpans } of traces.resourceSpans) {
      this.resources.push(readAttributes(resource.attributes))
      for (const { spans } of scopeSpans) {
        this.spans.push(...spans.map((span) => ({ ...span, attributes: readAttributes(span.attributes ?? []) })))
      }
    }
  }
}

function readAttributes(attributes: readonly WireAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}
