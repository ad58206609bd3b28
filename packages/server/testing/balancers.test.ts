import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestPlain,
  type Server,
} from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeCertificate } from './make-certificate.ts'
import { type Balancer, type BalancerPlace, balancers } from './real-balancers.ts'
import { findFreePort } from './test-server.ts'

const BODY_LIMIT_BYTES = 64 * 1024

/** Answers as an instance does where it matters to a balancer, and remembers who came. */
class Instance {
  readonly port: number
  readonly came: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = []
  isReady = true
  #server: Server | undefined

  constructor(port: number) {
    this.port = port
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const { url = '', headers } = request
      if (url === '/readyz') return void response.writeHead(this.isReady ? 200 : 503).end()
      this.came.push({ path: url, headers })
      if (Number(headers['content-length'] ?? 0) > BODY_LIMIT_BYTES)
        return void response.writeHead(413, { connection: 'close' }).end()
      request.resume()
      if (url === '/busy') return void response.writeHead(503, { 'retry-after': '2' }).end()
      if (url !== '/revocation-feed') return void response.end(String(this.port))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const beat = setInterval(() => response.write('event: heartbeat\n\n'), 100)
      response.on('close', () => clearInterval(beat))
    })
    this.#server = server
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }
}

describe.each(balancers)('three instances behind $name, by the lines of the guide', (balancer) => {
  describe.skipIf(balancer.program === undefined)('where it is installed', () => {
    let place: BalancerPlace
    let child: ChildProcess
    let certificate: string
    let instances: Instance[]

    const ask = async (pathname: string, body?: string, headers: Record<string, string> = {}) => {
      const method = body === undefined ? 'GET' : 'POST'
      const asked = request({
        host: 'localhost',
        port: place.httpsPort,
        path: pathname,
        ca: certificate,
        method,
        headers,
        agent: false,
      })
      asked.end(body)
      const [response]: IncomingMessage[] = await once(asked, 'response')
      if (response === undefined) throw new Error('nothing was answered')
      return response
    }
    const statusOf = async (...asked: Parameters<typeof ask>) => {
      const response = await ask(...asked)
      response.resume()
      return response.statusCode
    }

    beforeAll(async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-balancer-'))
      chmodSync(folder, 0o755)
      const identity = makeCertificate()
      certificate = identity.certificate
      writeFileSync(path.join(folder, 'certificate.pem'), identity.certificate)
      writeFileSync(path.join(folder, 'key.pem'), identity.key)
      writeFileSync(path.join(folder, 'both.pem'), identity.certificate + identity.key)
      instances = []
      for (let count = 0; count < 3; count++) {
        const instance = new Instance(await findFreePort())
        await instance.start()
        instances.push(instance)
      }
      const [httpPort, httpsPort] = [await findFreePort(), await findFreePort()]
      place = { folder, httpPort, httpsPort, instancePorts: instances.map(({ port }) => port) }
      child = await startBalancer(balancer, place)
      while ((await statusOf('/').catch(() => 0)) !== 200) await sleep(50)
    })
    afterAll(async () => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
      for (const instance of instances) await instance.stop()
      rmSync(place.folder, { recursive: true })
    })
    beforeEach(() => {
      for (const { came } of instances) came.splice(0)
    })

    it('all of them are asked', async () => {
      for (let count = 0; count < 9; count++) expect(await statusOf('/login')).toBe(200)
      for (const { came } of instances) expect(came).toHaveLength(3)
    })

    it('X-Forwarded-For is the address that the balancer sees, whatever came, and no trace of a stranger goes on', async () => {
      const sent = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', traceparent: 'x' }
      for (const pathname of ['/login', '/token', '/account']) await statusOf(pathname, 'a=b', sent)
      const came = instances.flatMap((instance) => instance.came)
      expect(came.map(({ headers }) => headers['x-forwarded-for'])).toEqual(Array(3).fill('127.0.0.1'))
      for (const { headers } of came) {
        expect(headers.forwarded ?? '').toBe('')
        expect(headers.traceparent ?? '').toBe('')
      }
    })

    it('/metrics is refused, and http leads to https', async () => {
      expect(await statusOf('/metrics')).toBe(404)
      expect(instances.flatMap(({ came }) => came)).toEqual([])
      const asked = requestPlain({ host: 'localhost', port: place.httpPort, path: '/login', agent: false }).end()
      const [response]: IncomingMessage[] = await once(asked, 'response')
      expect([301, 308]).toContain(response?.statusCode)
      expect(response?.headers.location).toMatch(/^https:\/\/localhost/)
    })

    it('heartbeats of the feed leave at once', async () => {
      const response = await ask('/revocation-feed')
      const arrivals: number[] = []
      for await (const _ of response) {
        arrivals.push(performance.now())
        if (arrivals.length === 5) break
      }
      expect(arrivals).toHaveLength(5)
    })

    it('what instances refuse puts none of them out: neither 503 in a flood nor a body that is too large', async () => {
      for (let count = 0; count < 6; count++) expect(await statusOf('/busy')).toBe(503)
      const tooLarge = 'a'.repeat(100_000)
      for (let count = 0; count < 30; count++) await statusOf('/login', tooLarge).catch(() => 0)
      for (const { came } of instances) came.splice(0)
      for (let count = 0; count < 9; count++) expect(await statusOf('/token', 'a=b')).toBe(200)
      for (const { came } of instances) expect(came.length).toBeGreaterThan(0)
    })

    it.runIf(balancer.asksReadiness)('nothing comes to an instance that says that it is not ready', async () => {
      const [first] = instances
      if (first === undefined) throw new Error('there is no instance')
      first.isReady = false
      await expect
        .poll(
          async () => {
            first.came.splice(0)
            for (let count = 0; count < 6; count++) await statusOf('/login')
            return first.came.length
          },
          { timeout: 20_000 },
        )
        .toBe(0)
      first.isReady = true
    })

    it('what can’t be connected to its instance is another instance’s', async () => {
      await instances[1]?.stop()
      const bodies = balancer.sendsOn.map((method) => (method === 'GET' ? undefined : 'a=b'))
      for (let count = 0; count < 6; count++)
        for (const body of bodies) expect(await statusOf('/token', body)).toBe(200)
    })
  })
})

async function startBalancer(balancer: Balancer, place: BalancerPlace): Promise<ChildProcess> {
  const file = path.join(place.folder, 'configuration')
  writeFileSync(file, balancer.configure(place))
  const child = spawn(balancer.program ?? '', balancer.arguments(file, place), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { HOME: place.folder, PATH: process.env.PATH },
  })
  let told = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk
  })
  await sleep(300)
  if (child.exitCode !== null) throw new Error(`${balancer.name} ended with ${child.exitCode}: ${told}`)
  return child
}
