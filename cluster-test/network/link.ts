import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What a link does to what goes over it. */
export type Condition =
  | { readonly kind: 'open' }
  /** Every piece arrives so much later, each way. */
  | { readonly kind: 'slow'; readonly delayMilliseconds: number; readonly bytesPerSecond?: number }
  /** Connections end with a reset, and new ones do as well. */
  | { readonly kind: 'cut' }
  /** Nothing arrives and nothing ends, as when a switch drops every packet. What was on its way arrives afterwards. */
  | { readonly kind: 'silent' }

const open: Condition = { kind: 'open' }
const mostTries = 3

/** A TCP proxy on loopback that can be cut, silenced, slowed and half-closed while connections go through it. */
export class Link implements AsyncDisposable {
  readonly #server: Server
  readonly #chooseTarget: () => number | undefined
  readonly #connections = new Set<Connection>()
  #condition: Condition = open

  private constructor(server: Server, chooseTarget: () => number | undefined) {
    this.#server = server
    this.#chooseTarget = chooseTarget
    server.on('connection', (client) => this.#accept(client))
  }

  /** `chooseTarget` gives the port of each new connection; undefined: there is nowhere to go. */
  static async start(chooseTarget: () => number | undefined): Promise<Link> {
    const server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Link(server, chooseTarget)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  set(condition: Condition): void {
    this.#condition = condition
    for (const connection of this.#connections) connection.set(condition)
  }

  lift(): void {
    this.set(open)
  }

  /** Ends every connection with a reset; new ones go through. */
  reset(): void {
    for (const connection of this.#connections) connection.reset()
  }

  /** Ends the way to the client of every connection, while the other way stays open. */
  halfClose(): void {
    for (const connection of this.#connections) connection.halfClose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset()
    this.#server.close()
  }

  #accept(client: Socket): void {
    if (this.#condition.kind === 'cut') return void client.resetAndDestroy()
    const connection = new Connection(client, this.#chooseTarget, () => this.#connections.delete(connection))
    this.#connections.add(connection)
    connection.set(this.#condition)
  }
}

/** A client's connection, and the one that goes on from here. */
class Connection {
  readonly #client: Socket
  readonly #chooseTarget: () => number | undefined
  readonly #ended: () => void
  #target: Socket | undefined
  #ways: readonly Way[] = []
  #condition: Condition = open

  constructor(client: Socket, chooseTarget: () => number | undefined, ended: () => void) {
    this.#client = client
    this.#chooseTarget = chooseTarget
    this.#ended = ended
    client.on('error', () => {})
    client.on('close', () => this.reset())
  }

  set(condition: Condition): void {
    this.#condition = condition
    if (condition.kind === 'cut') {
      this.reset()
      return
    }
    // A connection that is asked for in silence gets through when the silence ends.
    if (this.#target === undefined && condition.kind !== 'silent') this.#goOn(1)
    for (const way of this.#ways) way.set(condition)
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#target?.resetAndDestroy()
    this.#ended()
  }

  halfClose(): void {
    this.#client.end()
  }

  #goOn(attempt: number): void {
    const port = this.#chooseTarget()
    if (port === undefined) {
      this.reset()
      return
    }
    const target = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    this.#target = target
    let isConnected = false
    target.on('error', () => {
      // Nothing was sent yet: another target may take it, as behind a balancer.
      if (isConnected || attempt === mostTries) this.reset()
      else this.#goOn(attempt + 1)
    })
    target.once('connect', () => {
      isConnected = true
      target.on('close', () => this.#closeAfter(target))
      this.#ways = [new Way(this.#client, target), new Way(target, this.#client)]
      for (const way of this.#ways) way.set(this.#condition)
    })
  }

  #closeAfter(target: Socket): void {
    // What it has said before may still be on its way.
    if (target.errored) this.reset()
    else this.#client.end()
  }
}

/** One direction: bytes arrive in order, each piece when it is due. */
class Way {
  readonly #from: Socket
  readonly #to: Socket
  readonly #pieces: { readonly bytes: Buffer | undefined; dueAt: number }[] = []
  #condition: Condition = open
  #timer: NodeJS.Timeout | undefined
  #lastDueAt = 0

  constructor(from: Socket, to: Socket) {
    this.#from = from
    this.#to = to
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => this.#take(undefined))
    to.on('drain', () => this.#condition.kind !== 'silent' && from.resume())
  }

  set(condition: Condition): void {
    this.#condition = condition
    if (condition.kind === 'silent') {
      this.#from.pause()
      return
    }
    this.#from.resume()
    this.#flush()
  }

  #take(bytes: Buffer | undefined): void {
    const { delayMilliseconds = 0, bytesPerSecond = Number.POSITIVE_INFINITY } =
      this.#condition.kind === 'slow' ? this.#condition : {}
    const pace = ((bytes?.length ?? 0) / bytesPerSecond) * 1000
    this.#lastDueAt = Math.max(this.#lastDueAt + pace, performance.now() + delayMilliseconds + pace)
    this.#pieces.push({ bytes, dueAt: delayMilliseconds + pace === 0 ? 0 : this.#lastDueAt })
    this.#flush()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    if (this.#condition.kind === 'silent') return
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const wait = piece.dueAt - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#flush(), wait)
        return
      }
      this.#pieces.shift()
      if (piece.bytes === undefined) this.#to.end()
      else if (!this.#to.destroyed && !this.#to.write(piece.bytes)) this.#from.pause()
    }
  }
}
