// One flood, from a process of its own, at a lower priority than everybody else: it is not to take the server's time but by what it sends.
import { randomBytes, randomInt } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { getPriority, setPriority } from 'node:os'
import type { FloodName, FloodOrder, FloodReport } from './flood.ts'

setPriority(Math.min(19, getPriority() + 10))

const CONNECTIONS = 256
/** Another one for each flood: what one network is remembered for is not to help the next. */
let ownNetwork = '198.51.100.1'
const READERS = 3000
const SLOW = 2000

interface Tally {
  sent: number
  withoutRetryAfter: number
  readonly statuses: Record<string, number>
}

type Flood = (order: FloodOrder, tally: Tally, end: number) => Promise<void>

process.on('message', async (order: FloodOrder) => {
  ownNetwork = `198.51.100.${1 + Object.keys(floods).indexOf(order.flood)}`
  const tally: Tally = { sent: 0, withoutRetryAfter: 0, statuses: {} }
  const start = performance.now()
  await floods[order.flood](order, tally, start + order.milliseconds)
  const report: FloodReport = { ...tally, seconds: (performance.now() - start) / 1000 }
  process.send?.(report)
})
process.on('disconnect', () => process.exit())

const floods: Readonly<Record<FloodName, Flood>> = {
  'logins, one network': (order, tally, end) =>
    atRate(order, tally, end, () => loginAs(order, `nobody-${randomInt(1e9)}`, ownNetwork)),
  'logins, many networks': (order, tally, end) =>
    atRate(order, tally, end, () => loginAs(order, `nobody-${randomInt(1e9)}`, anyNetwork())),
  'logins as one person, many networks': (order, tally, end) =>
    atRate(order, tally, end, () => loginAs(order, order.victim, anyNetwork())),
  'wrong client secrets': (order, tally, end) =>
    onConnections(order, tally, end, () =>
      form('/token', {
        grant_type: 'client_credentials',
        client_id: order.clientId,
        client_secret: randomBytes(32).toString('base64url'),
      }),
    ),
  'client credentials': (order, tally, end) =>
    onConnections(order, tally, end, () =>
      form('/token', {
        grant_type: 'client_credentials',
        client_id: order.clientId,
        client_secret: order.clientSecret,
      }),
    ),
  'forged refresh tokens': (order, tally, end) =>
    onConnections(order, tally, end, () =>
      form('/token', {
        grant_type: 'refresh_token',
        client_id: 'ostiary',
        refresh_token: `or_${randomBytes(60).toString('base64url')}`,
      }),
    ),
  'feed readers that read nothing': (order, tally, end) =>
    hold(order, tally, end, READERS, (socket) => {
      socket.write(`GET /revocation-feed?after=0 HTTP/1.1\r\nhost: a\r\n\r\n`)
      socket.pause()
    }),
  'slow headers, slow bodies, idle connections': (order, tally, end) => hold(order, tally, end, SLOW, trickle),
  'large bodies': (order, tally, end) =>
    onConnections(order, tally, end, () => head('POST', '/login', 'application/json', 60_000) + 'x'.repeat(60_000)),
  'pipelined requests': async (order, tally, end) => {
    const request = `GET /login HTTP/1.1\r\nhost: a\r\naccept: text/html\r\n\r\n`
    await onConnections(order, tally, end, () => request.repeat(16), 16)
  },
  'no HTTP': async (order, tally, end) => {
    const one = async () => {
      while (performance.now() < end) {
        tally.sent += 1
        count(tally, await garbage(order.url))
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS / 4 }, one))
  },
}

function anyNetwork(): string {
  return `100.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
}

function loginAs({ audience }: FloodOrder, username: string, network: string): string {
  const body = JSON.stringify({ username, password: randomBytes(12).toString('base64url'), audience })
  return head('POST', '/login', 'application/json', body.length, network) + body
}

function form(path: string, fields: Readonly<Record<string, string>>): string {
  const body = new URLSearchParams(fields).toString()
  return head('POST', path, 'application/x-www-form-urlencoded', body.length) + body
}

function head(method: string, path: string, type: string, length: number, network = ownNetwork): string {
  return `${method} ${path} HTTP/1.1\r\nhost: a\r\nx-forwarded-for: ${network}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`
}

function count(tally: Tally, status: number | string): void {
  tally.statuses[status] = (tally.statuses[status] ?? 0) + 1
}

function openSocket(url: string): Socket {
  return connect(Number(new URL(url).port), '127.0.0.1')
    .setNoDelay()
    .on('error', () => {})
}

/** Sends, and calls back with the number of answers that have come; a connection that was closed is opened anew. */
class Line {
  readonly #url: string
  readonly #tally: Tally
  readonly #answered: () => void
  #socket: Socket
  #rest = ''
  isEnded = false

  constructor(url: string, tally: Tally, answered: () => void) {
    this.#url = url
    this.#tally = tally
    this.#answered = answered
    this.#socket = this.#open()
  }

  send(text: string, requests: number): void {
    this.#tally.sent += requests
    this.#socket.write(text)
  }

  end(): void {
    this.isEnded = true
    this.#socket.destroy()
  }

  #open(): Socket {
    const socket = openSocket(this.#url)
    socket.on('data', (chunk) => this.#read(chunk.toString('latin1')))
    socket.once('close', () => {
      if (this.isEnded) return
      count(this.#tally, 0)
      this.#rest = ''
      this.#socket = this.#open()
      this.#answered()
    })
    return socket
  }

  #read(text: string): void {
    this.#rest += text
    for (;;) {
      const end = this.#rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const headers = this.#rest.slice(0, end)
      const length = Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? 0)
      if (this.#rest.length < end + 4 + length) return
      this.#rest = this.#rest.slice(end + 4 + length)
      const status = headers.slice(9, 12)
      count(this.#tally, status)
      if ((status === '429' || status === '503') && !/retry-after/i.test(headers)) this.#tally.withoutRetryAfter += 1
      this.#answered()
    }
  }
}

/** On so many connections, one request (or several, pipelined) under way on each, as fast as the answers come. */
function onConnections(order: FloodOrder, tally: Tally, end: number, next: () => string, pipelined = 1): Promise<void> {
  return new Promise((resolve) => {
    const lines = Array.from({ length: CONNECTIONS / pipelined }, () => {
      let missing = pipelined
      const line: Line = new Line(order.url, tally, () => {
        missing -= 1
        if (missing > 0 || line.isEnded) return
        missing = pipelined
        line.send(next(), pipelined)
      })
      line.send(next(), pipelined)
      return line
    })
    setTimeout(() => {
      for (const line of lines) line.end()
      resolve()
    }, end - performance.now())
  })
}

/** So many a second, on whichever connections wait for nothing; what finds none is not sent. */
async function atRate(order: FloodOrder, tally: Tally, end: number, next: () => string): Promise<void> {
  const free: Line[] = []
  const lines = Array.from({ length: 2 * CONNECTIONS }, () => {
    const line: Line = new Line(order.url, tally, () => free.push(line))
    free.push(line)
    return line
  })
  const start = performance.now()
  for (let asked = 0; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 5))) {
    const due = ((performance.now() - start) / 1000) * order.loginRate
    for (; asked < due; asked += 1) free.shift()?.send(next(), 1)
  }
  for (const line of lines) line.end()
}

/** Opens so many connections and keeps them, and opens anew those that were closed. */
async function hold(
  order: FloodOrder,
  tally: Tally,
  end: number,
  most: number,
  begin: (socket: Socket, index: number) => void,
): Promise<void> {
  const sockets = new Set<Socket>()
  const open = (index: number) => {
    const socket = openSocket(order.url)
    sockets.add(socket)
    tally.sent += 1
    socket.once('connect', () => begin(socket, index))
    socket.once('close', () => {
      count(tally, 0)
      sockets.delete(socket)
      if (performance.now() < end) setTimeout(() => performance.now() < end && open(index), 100)
    })
  }
  for (let index = 0; index < most; index += 1) {
    open(index)
    if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - performance.now())))
  for (const socket of sockets) socket.destroy()
}

/** A third each: a header that goes on and on, a body that does, and silence after one request. */
function trickle(socket: Socket, index: number): void {
  socket.resume()
  if (index % 3 === 2) return void socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n')
  socket.write(
    index % 3 === 0 ? 'GET / HTTP/1.1\r\nhost: a\r\nx-a: ' : head('POST', '/login', 'application/json', 60_000),
  )
  const timer = setInterval(() => socket.write('a'), 500)
  socket.once('close', () => clearInterval(timer))
}

/** What is no request, or none that is well formed; gives the status that it is answered with. */
function garbage(url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = openSocket(url)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.once('close', () => resolve(text.slice(9, 12) || '0'))
    socket.end(`${randomBytes(200).toString('latin1').replaceAll('\n', ' ')}\r\n\r\n`)
  })
}
