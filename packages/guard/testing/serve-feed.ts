import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSigningKey, type SigningKey, signParts } from './signing-keys.ts'

/** What a record says, without its number. */
export interface FeedEntry {
  readonly k: string
  /** The identifier, not yet hashed. */
  readonly id?: string
  readonly t?: number
  readonly x: number
}

/** An issuer with a revocation feed on a port of its own, which a test can break in every way. */
export interface ServedFeed extends AsyncDisposable {
  readonly url: string
  readonly key: SigningKey
  readonly lines: readonly string[]
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  /** What stands between the server and its readers; a test replaces it. */
  deliver: (send: () => void, event: { readonly kind: 'record' | 'heartbeat'; readonly text: string }) => void
  /** Milliseconds since 1970 that heartbeats are signed at. */
  now: () => number
  feedId: string
  /** What the metadata say besides issuer and jwks_uri; undefined: where the feed is. */
  metadata: Readonly<Record<string, unknown>> | undefined
  /** Records up to it are not in the log any more. */
  forgottenSequence: number
  /** What every request is answered with instead, by path; undefined for the true answer. */
  status: (path: string) => number | undefined
  revoke(entry: FeedEntry): void
  beat(): void
  signPosition(type?: string, changes?: Readonly<Record<string, unknown>>): string
  /** Cuts all streams. */
  cut(): void
  readonly streams: number
}

export function hashIdentifier(identifier: string): string {
  return createHash('sha256').update(identifier).digest('base64url').slice(0, 22)
}

export function renderLine(n: number, { k, id, t, x }: FeedEntry): string {
  return JSON.stringify({ n, k, ...(id !== undefined && { i: hashIdentifier(id) }), ...(t !== undefined && { t }), x })
}

export function chainOf(lines: readonly string[]): string {
  return lines
    .reduce((chain, line) => createHash('sha256').update(chain).update(line).digest(), Buffer.alloc(32))
    .toString('base64url')
}

class FeedServer implements ServedFeed {
  readonly key: SigningKey = makeSigningKey('ES256', 'feed-key')
  readonly lines: string[] = []
  readonly asked: string[] = []
  deliver: ServedFeed['deliver'] = (send) => send()
  now: () => number = Date.now
  feedId = 'feed-1'
  metadata: ServedFeed['metadata']
  forgottenSequence = 0
  status: ServedFeed['status'] = () => undefined
  url = ''
  readonly #streams = new Set<ServerResponse>()
  readonly #server = createServer((request, response) => this.#answer(request, response))

  get streams(): number {
    return this.#streams.size
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  revoke(entry: FeedEntry): void {
    const line = renderLine(this.lines.length + 1, entry)
    this.lines.push(line)
    for (const stream of this.#streams) this.#send(stream, 'record', `data: ${line}\n\n`)
  }

  beat(): void {
    const jws = this.signPosition()
    for (const stream of this.#streams) this.#send(stream, 'heartbeat', `event: heartbeat\ndata: ${jws}\n\n`)
  }

  signPosition(type = 'feed-heartbeat+jwt', changes: Readonly<Record<string, unknown>> = {}): string {
    const claims = {
      iss: this.url,
      fid: this.feedId,
      seq: this.lines.length,
      h: chainOf(this.lines),
      iat: this.now() / 1000,
    }
    return signParts({ typ: type, alg: 'ES256', kid: this.key.kid }, { ...claims, ...changes }, this.key)
  }

  cut(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #send(stream: ServerResponse, kind: 'record' | 'heartbeat', text: string): void {
    this.deliver(() => stream.write(text), { kind, text })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url)
    this.asked.push(pathname)
    const status = this.status(pathname)
    if (status !== undefined) {
      response.writeHead(status).end()
      return
    }
    const answerFeed = this.#feedAnswers[pathname]
    if (answerFeed !== undefined) {
      answerFeed(response, Number(searchParams.get('after') ?? 0))
      return
    }
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/oauth-authorization-server': {
        issuer: this.url,
        jwks_uri: `${this.url}/jwks`,
        ...(this.metadata ?? { revocation_feed_endpoint: `${this.url}/feed` }),
      },
      '/jwks': { keys: [this.key.jwk] },
    }
    const document = documents[pathname]
    response
      .writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? {}))
  }

  #openStream(response: ServerResponse, after: number): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
    for (const line of this.lines.slice(after)) this.#send(response, 'record', `data: ${line}\n\n`)
    this.#send(response, 'heartbeat', `event: heartbeat\ndata: ${this.signPosition()}\n\n`)
  }

  readonly #feedAnswers: Readonly<Record<string, (response: ServerResponse, after: number) => void>> = {
    '/feed': (response, after) =>
      this.#isInLog(after) ? this.#openStream(response, after) : response.writeHead(410).end(),
    '/feed/log': (response, after) =>
      this.#isInLog(after) ? this.#sendLog(response, after) : response.writeHead(410).end(),
    '/feed/snapshot': (response) => this.#sendSnapshot(response),
  }

  #sendLog(response: ServerResponse, after: number): void {
    response.writeHead(200).end([...this.lines.slice(after), this.signPosition()].map((line) => `${line}\n`).join(''))
  }

  #sendSnapshot(response: ServerResponse): void {
    const body = this.lines.map((line) => `${line}\n`).join('')
    const digest = createHash('sha256').update(body).digest('base64url')
    const jws = this.signPosition('feed-snapshot+jwt', { count: this.lines.length, digest })
    response.writeHead(200).end(`${jws}\n${body}`)
  }

  #isInLog(after: number): boolean {
    return after >= this.forgottenSequence && after <= this.lines.length
  }
}

export function serveFeed(): Promise<ServedFeed> {
  return new FeedServer().listen()
}
