import { hash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { emptyChain, extendChain } from '../src/feed/extend-chain.ts'
import { hashIdentifier } from '../src/feed/hash-identifier.ts'
import { makeSigningKey, type SigningKey, signParts } from './signing-keys.ts'

/** What a proxy between the feed and the guard does to one event of a stream. */
export type Meddling = 'pass' | 'drop' | 'twice' | 'hold' | 'cut' | 'half'

/** An issuer with a revocation feed, on a port of its own. Nothing happens by itself: a test writes records and heartbeats. */
export class FeedIssuer implements AsyncDisposable {
  readonly asked: { readonly path: string; readonly body: string; readonly authorization: string | undefined }[] = []
  keys: SigningKey[] = [makeSigningKey('ES256', 'feed-key')]
  feedId = 'feed-1'
  lines: string[] = []
  chains: Buffer[] = [emptyChain]
  /** Records up to it are forgotten: who asks for what is before gets 410. */
  forgottenSequence = 0
  /** Whether the metadata names the feed. */
  hasFeed = true
  /** Whether answers are held back, though the connections stay open. */
  isFrozen = false
  /** The status of everything under the feed, unless it is 200. */
  status = 200
  /** The status of streams alone. */
  streamStatus = 200
  /** What is answered to who hands in the heartbeat of a lost history. */
  rewoundStatus = 204
  /** Whether heartbeats carry the nonce of the request, as the server's do. */
  bindsNonce = true
  /** By how much the clock of the instance that is asked is behind that of the one before. */
  behindSeconds = 0
  meddle: (event: string) => Meddling = () => 'pass'
  active = true
  readonly #streams: Set<ServerResponse> = new Set()
  readonly #clock: () => number
  #held: string[] = []
  #lastIat = 0
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  constructor(clock: () => number) {
    this.#clock = clock
  }

  static async start(clock: () => number): Promise<FeedIssuer> {
    const issuer = new FeedIssuer(clock)
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve))
    return issuer
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get streams(): number {
    return this.#streams.size
  }

  get key(): SigningKey {
    const [key] = this.keys
    if (key === undefined) throw new Error('The issuer has no key')
    return key
  }

  /** Commits a record, and sends it to the streams. */
  revoke(kind: string, identifier: string | undefined, members: { t?: number; x?: number } = {}): string {
    const { t, x = Math.ceil(this.#clock() / 1000) + 1_000 } = members
    const i = identifier === undefined ? undefined : hashIdentifier(identifier)
    const line = JSON.stringify({ n: this.lines.length + 1, k: kind, i, t, x })
    this.commit(line)
    this.send(`data: ${line}\n\n`)
    return line
  }

  /** Commits a line and sends it to nobody. */
  commit(line: string): void {
    this.lines.push(line)
    this.chains.push(extendChain(this.chains.at(-1) ?? emptyChain, line))
  }

  /** A later time than of any heartbeat before. */
  #nextIat(): number {
    this.#lastIat = Math.max(this.#lastIat + 0.001, this.#clock() / 1000)
    return this.#lastIat
  }

  heartbeat(
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: SigningKey = this.key,
  ): string {
    const { length } = this.lines
    const h = this.chains[length]?.toString('base64url')
    const payload = {
      iss: this.url,
      fid: this.feedId,
      seq: length,
      h,
      iat: this.#nextIat() - this.behindSeconds,
      ...claims,
    }
    return signParts({ alg: key.alg, typ: 'feed-heartbeat+jwt', kid: key.kid, ...header }, payload, key)
  }

  /** Sends a heartbeat to the streams. */
  beat(jws: string = this.heartbeat()): void {
    this.send(`event: heartbeat\ndata: ${jws}\n\n`)
  }

  send(event: string): void {
    for (const stream of this.#streams) this.#write(stream, event)
  }

  snapshot(): string {
    const left = this.lines.filter((line) => JSON.parse(line).x >= this.#clock() / 1000)
    const records = left.map((line) => `${line}\n`).join('')
    const claims = { count: left.length, digest: hash('sha256', records, 'base64url') }
    return `${this.heartbeat(claims, { typ: 'feed-snapshot+jwt' })}\n${records}`
  }

  /** Goes back to an older backup. */
  rewind(sequence: number): void {
    this.lines = this.lines.slice(0, sequence)
    this.chains = this.chains.slice(0, sequence + 1)
  }

  /** Ends all connections, as a server does that is killed and started again. */
  restart(): void {
    this.#streams.clear()
    this.#server.closeAllConnections()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #write(stream: ServerResponse, event: string): void {
    if (this.isFrozen) return
    const meddling = this.meddle(event)
    if (meddling === 'hold') this.#held.push(event)
    if (meddling === 'drop' || meddling === 'hold') return
    if (meddling === 'half') stream.write(event.slice(0, event.length >> 1))
    if (meddling === 'half' || meddling === 'cut') {
      this.#streams.delete(stream)
      stream.destroy()
      return
    }
    stream.write(meddling === 'twice' ? event + event : event)
    // What was held comes after what was sent later.
    const late = this.#held.join('')
    this.#held = []
    if (late !== '') stream.write(late)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url)
    let body = ''
    for await (const chunk of request) body += chunk
    // What is made up anew for each request would make paths hard to compare.
    const path = (url.pathname + url.search).replace(/&nonce=[\w-]+/, '')
    this.asked.push({ path, body, authorization: request.headers.authorization })
    if (url.pathname.startsWith('/feed')) return this.#answerFeed(url, response)
    if (url.pathname === '/introspect') return sendJson(response, { active: this.active })
    if (url.pathname === '/jwks') return sendJson(response, { keys: this.keys.map(({ jwk }) => jwk) })
    return sendJson(response, {
      issuer: this.url,
      jwks_uri: `${this.url}/jwks`,
      introspection_endpoint: `${this.url}/introspect`,
      ...(this.hasFeed && { revocation_feed_endpoint: `${this.url}/feed` }),
    })
  }

  #answerFeed({ pathname, searchParams }: URL, response: ServerResponse): void {
    const after = Number(searchParams.get('after'))
    const nonce = this.bindsNonce ? (searchParams.get('nonce') ?? undefined) : undefined
    if (this.isFrozen) return
    if (this.status !== 200) return void response.writeHead(this.status).end()
    if (pathname === '/feed/snapshot') return void response.end(this.snapshot())
    if (pathname === '/feed/rewound') return void response.writeHead(this.rewoundStatus).end()
    if (pathname === '/feed/ack') return void response.writeHead(204).end()
    if (after < this.forgottenSequence || after > this.lines.length) return void response.writeHead(410).end()
    const missing = this.lines.slice(after)
    if (pathname === '/feed/log') return void response.end([...missing, this.heartbeat({ nonce }), ''].join('\n'))
    if (this.streamStatus !== 200) return void response.writeHead(this.streamStatus).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
    for (const line of missing) this.#write(response, `data: ${line}\n\n`)
    this.#write(response, `event: heartbeat\ndata: ${this.heartbeat({ nonce })}\n\n`)
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
