import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { Admission, type AdmissionLimits } from '../admission/admission.ts'
import { Standings } from '../admission/standings.ts'
import { createLog } from '../log/create-log.ts'
import { boundConnections } from './bound-connections.ts'
import { boundUploads } from './bound-uploads.ts'
import { createHttpServer, type HttpServer } from './create-http-server.ts'

const limits: AdmissionLimits = {
  prompt: 4,
  feed: { atWork: 1, waiting: 1 },
  ordinary: { atWork: 2, waiting: 4 },
  hashing: { atWork: 1, waiting: 1 },
}

/** For strangers. */
let hashLineIsFull = false
const servers: HttpServer[] = []
const sockets: Socket[] = []
afterEach(async () => {
  hashLineIsFull = false
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await server.close()
})

interface Scene {
  readonly server: HttpServer
  readonly admission: Admission
  readonly port: number
  readonly lines: string[]
}

async function start(compose: (server: HttpServer) => void): Promise<Scene> {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(...String(chunk).trim().split('\n'))
      done()
    },
  })
  const admission = new Admission(limits)
  const server = createHttpServer({
    log: createLog('info', destination),
    trustedProxies: ['127.0.0.1'],
    renderProblemPage: (problem) => ({ html: `<p>${problem.message}</p>`, headers: {} }),
    errorPageUrl: (code) => `https://login.example/errors/${code}`,
    admission,
    // Its clock stands still, so that a slow machine counts as well.
    standings: new Standings(() => 0),
    partyOf: (request) => request.ip,
    hasPlaceForHash: ({ isFamiliar }) => isFamiliar || !hashLineIsFull,
    observe: () => {},
  })
  servers.push(server)
  compose(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  return { server, admission, lines, port: (server.server.address() as AddressInfo).port }
}

interface Connection {
  readonly socket: Socket
  readonly received: () => string
  readonly closed: Promise<void>
}

/** A connection on which text is sent, and what has come back. */
async function open(port: number, text = ''): Promise<Connection> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  await once(socket, 'connect')
  socket.write(text)
  return { socket, received: () => received, closed }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2)
}

const get = (path: string, from = '203.0.113.1') =>
  `GET ${path} HTTP/1.1\r\nhost: a\r\nx-forwarded-for: ${from}\r\n\r\n`

/** `/held` answers when it is told to, `/prompt` at once. */
async function startHeld() {
  const held: (() => void)[] = []
  const scene = await start((server) => {
    server.get('/held', async () => {
      await new Promise<void>((resolve) => held.push(resolve))
      return { held: true }
    })
    server.get('/prompt', { config: { importance: 'prompt' } }, async () => ({ prompt: true }))
  })
  return { ...scene, held, figures: () => scene.admission.figures('ordinary') }
}

describe('more than can be answered', () => {
  test('RFC 9110 §10.2.3: who has no place is answered 503 with Retry-After, and what is prompt is answered meanwhile', async () => {
    const { port, held, figures } = await startHeld()
    const flood: Connection[] = []
    for (let count = 0; count < 5; count += 1) flood.push(await open(port, get('/held')))
    await until(() => figures().refused === 1)
    expect(figures()).toEqual({ running: 2, waiting: 2, refused: 1 })
    const refused = await fetch(`http://127.0.0.1:${port}/held`, { headers: { 'x-forwarded-for': '203.0.113.1' } })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('2')
    expect(await refused.json()).toMatchObject({ code: 'busy', status: 503 })
    expect((await fetch(`http://127.0.0.1:${port}/prompt`)).status).toBe(200)
    while (figures().running > 0) {
      for (const end of held.splice(0)) end()
      await sleep(2)
    }
    await until(() => flood.filter(({ received }) => received().startsWith('HTTP/1.1 200')).length === 4)
    expect((await fetch(`http://127.0.0.1:${port}/prompt`)).status).toBe(200)
  })

  test('another network gets the place of the one that fills the line', async () => {
    const { port, held, figures } = await startHeld()
    for (let count = 0; count < 4; count += 1) await open(port, get('/held'))
    await until(() => figures().waiting === 2)
    const other = await open(port, get('/held', '198.51.100.1'))
    await until(() => figures().refused === 1)
    expect(figures()).toEqual({ running: 2, waiting: 2, refused: 1 })
    for (const end of held.splice(0)) end()
    await until(() => held.length === 2)
    for (const end of held.splice(0)) end()
    await until(() => other.received().startsWith('HTTP/1.1 200'))
  })

  test('who goes away while waiting is not worked for, and who goes away while worked for gives the place when the work is done', async () => {
    const { port, held, figures } = await startHeld()
    const flood: Connection[] = []
    for (let count = 0; count < 4; count += 1) flood.push(await open(port, get('/held')))
    await until(() => figures().waiting === 2)
    for (const { socket } of flood) socket.destroy()
    await until(() => figures().waiting === 0)
    expect(figures().running).toBe(2)
    expect(held).toHaveLength(2)
    for (const end of held.splice(0)) end()
    await until(() => figures().running === 0)
    expect(held).toHaveLength(0)
  })

  test('requests that are pipelined on one connection wait as others do, and are answered in their order', async () => {
    const { port, held, figures } = await startHeld()
    const { received } = await open(port, get('/held').repeat(4) + get('/prompt'))
    await until(() => figures().waiting === 2)
    for (let count = 0; count < 2; count += 1) {
      await until(() => held.length === 2)
      for (const end of held.splice(0)) end()
    }
    await until(() => received().includes('prompt":true'))
    expect(received().match(/HTTP\/1.1 200/g)).toHaveLength(5)
    expect(received().lastIndexOf('held')).toBeLessThan(received().indexOf('prompt'))
  })

  test('an answer that nobody reads holds no place at work', async () => {
    const { port, figures } = await start((server) => {
      server.get('/large', async () => Buffer.alloc(32 * 1024 * 1024))
    }).then((scene) => ({ ...scene, figures: () => scene.admission.figures('ordinary') }))
    for (let count = 0; count < 3; count += 1) {
      const { socket } = await open(port)
      socket.pause()
      socket.write(get('/large'))
    }
    await until(() => figures().running === 0)
    const answer = await fetch(`http://127.0.0.1:${port}/large`)
    expect((await answer.arrayBuffer()).byteLength).toBe(32 * 1024 * 1024)
  })

  test('while the line of hashes is full a login is refused before it is read, but not from a network where somebody was right', async () => {
    const { port } = await start((server) => {
      server.post('/login', { config: { importance: 'hashing' } }, async () => ({}))
    })
    const logIn = (from: string) =>
      fetch(`http://127.0.0.1:${port}/login`, { method: 'POST', headers: { 'x-forwarded-for': from } })
    expect((await logIn('203.0.113.1')).status).toBe(200)
    hashLineIsFull = true
    const refused = await logIn('203.0.113.2')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await refused.json()).toMatchObject({ code: 'busy' })
    expect((await logIn('203.0.113.1')).status).toBe(200)
  })

  test('RFC 6585 §4: who is refused over and over is answered 429 unread; keys are not, and neither is a network where somebody was right', async () => {
    const { port } = await start((server) => {
      server.post('/token', { config: { importance: () => 'prompt' } }, async (request, reply) =>
        reply.status(request.headers['x-good'] === undefined ? 400 : 200).send({}),
      )
      server.get('/keys', { config: { importance: 'prompt' } }, async () => ({}))
    })
    const at = `http://127.0.0.1:${port}`
    const post = (from: string, good: Record<string, string> = {}) =>
      fetch(`${at}/token`, { method: 'POST', headers: { 'x-forwarded-for': from, ...good } })
    /** Until it is read no more, or so often. */
    const flood = async (from: string): Promise<Response> => {
      for (let count = 1; ; count += 1) {
        const answer = await post(from)
        if (answer.status === 429 || count === 1100) return answer
      }
    }
    const refused = await flood('203.0.113.1')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
    // Fetch Standard §3.3.3: else an app of another origin sees no answer at all.
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    expect(refused.headers.get('access-control-expose-headers')).toContain('Retry-After')
    expect(await refused.json()).toMatchObject({ code: 'too_many_attempts' })
    expect((await fetch(`${at}/keys`, { headers: { 'x-forwarded-for': '203.0.113.1' } })).status).toBe(200)
    expect((await post('203.0.113.2', { 'x-good': '1' })).status).toBe(200)
    expect((await flood('203.0.113.2')).status).toBe(400)
  })

  test('of answers that refuse a hundred lines a second are written, and then how many were left out', async () => {
    const { port, lines } = await start(() => {})
    const { received } = await open(port, get('/nowhere').repeat(500))
    await until(() => (received().match(/HTTP\/1.1 404/g) ?? []).length === 500)
    await until(() => lines.some((line) => line.includes('lines were left out')))
    const answered = lines.filter((line) => line.includes('"answered"') && line.includes('"status":404')).length
    const leftOut = lines.filter((line) => line.includes('left out')).map((line) => JSON.parse(line).leftOut as number)
    // A slow machine takes more than a second for them, and has a budget for each.
    expect(answered % 100).toBe(0)
    expect(answered + leftOut.reduce((sum, count) => sum + count, 0)).toBe(500)
  })
})

describe('connections', () => {
  test('when one too many comes, the one that has been idle for longest gives way, and one that is worked for does not', async () => {
    const held: (() => void)[] = []
    const { server, port } = await start((composed) => {
      composed.get('/held', async () => {
        await new Promise<void>((resolve) => held.push(resolve))
        return {}
      })
    })
    const bounded = boundConnections(server.server, { most: 3, answerMilliseconds: 60_000 })
    const busy = await open(port, get('/held'))
    await until(() => held.length === 1)
    const silent = await open(port)
    await until(() => bounded.open === 2)
    // Part of a header, as slow senders do.
    const slow = await open(port, 'GET / HTTP/1.1\r\nhost: a\r\nx-')
    await until(() => bounded.open === 3)
    await open(port)
    await silent.closed
    await open(port)
    await slow.closed
    held[0]?.()
    await until(() => busy.received().startsWith('HTTP/1.1 200'))
    expect(bounded.cutOff).toBe(2)
  })

  test('an answer that is not read within its time ends with its connection', async () => {
    const { server, port } = await start((composed) => {
      composed.get('/large', async () => Buffer.alloc(32 * 1024 * 1024))
    })
    const bounded = boundConnections(server.server, { most: 10, answerMilliseconds: 40 })
    const { socket } = await open(port)
    socket.pause()
    socket.write(get('/large'))
    await until(() => bounded.cutOff === 1 && bounded.open === 0)
  })

  test('when bodies that come slowly may become more than there is room for, the one that began first is cut off', async () => {
    const { port } = await start((server) => {
      boundUploads(server, 100_000)
      server.post('/body', async ({ body }) => Object.keys(body as object))
    })
    const post = (length: number) =>
      `POST /body HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${length}\r\n\r\n`
    const first = await open(port, `${post(40_000)}a=`)
    await sleep(20)
    const second = await open(port, `${post(40_000)}a=`)
    const small = await open(port, `${post(4)}a=`)
    await sleep(20)
    const third = await open(port, `${post(40_000)}a=`)
    await first.closed
    for (const { socket } of [second, third]) socket.write('x'.repeat(39_998))
    small.socket.write('xy')
    for (const { received } of [second, third, small]) await until(() => received().startsWith('HTTP/1.1 200'))
  })
})
