import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { tokenRequired } from '../../guard/src/adapters/fetch.ts'
import { createGuard } from '../../guard/src/create-guard.ts'
import { addAccount, addApi, findFreePort, startTestServer, type TestServer } from '../../server/testing/test-server.ts'

export const person = { username: 'ada', password: 'a long walk along the river' }
export const audience = 'https://api.example.com'

/** What happens to a request instead of the usual: no connection, an answer that gets lost, another answer. Undefined: the usual. */
export type Fault =
  | 'unreachable'
  | 'lost'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: object }

export interface Front extends AsyncDisposable {
  readonly origin: string
  readonly issuer: string
  /** The paths of all requests so far, in order. */
  readonly asked: string[]
  /** The tokens that came to an origin which isn't this one. */
  readonly tokensElsewhere: (string | undefined)[]
  readonly elsewhere: string
  readonly server: TestServer
  /** Whose `person` is. */
  readonly accountId: string
  /** Is asked about every request; may take its time. */
  setFault(fault: (path: string) => Fault | undefined | Promise<undefined>): void
  /** Moves the time of server and API. */
  passTime(milliseconds: number): void
  restartServer(whileStopped: () => Promise<void>): Promise<void>
  /** How many rotations and repetitions the server has counted since it started. */
  countRefreshes(outcome: 'rotated' | 'repeated' | 'reused'): Promise<number>
}

/** Starts a real server, a guarded API and a page at one origin, and a second origin. */
export async function startFront({ lifetimeSeconds = 150 } = {}): Promise<Front> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-front-'))
  const tokensElsewhere: (string | undefined)[] = []
  const other = await listen((asked, response) => {
    tokensElsewhere.push(asked.headers.authorization)
    response.writeHead(200, allowAnyOrigin).end('elsewhere')
  })
  let answer = (_: IncomingMessage, response: ServerResponse): void => void response.end()
  const front = await listen((asked, response) => answer(asked, response))
  const issuer = `${front.origin}/auth`
  const config = { issuer, port: await findFreePort() }
  const start = (more: object = {}) =>
    startTestServer({
      databaseUrl: `sqlite:${path.join(folder, 'ostiary.db')}`,
      config: { ...config, ...more },
      isClockRunning: true,
    })
  let server = await start()
  await addApi(server, { audience, scopes: ['orders:read'], lifetimeSeconds })
  const accountId = await addAccount(server, person.username, person.password)
  const asked: string[] = []
  let fault: Parameters<Front['setFault']>[0] = () => undefined
  const inside = { origin: front.origin, serverOrigin: `http://127.0.0.1:${config.port}` }
  const api = createApi(inside, () => server.clock.now(), other.origin)
  const script = await bundleClient()
  answer = (incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '', front.origin)
    asked.push(pathname)
    void Promise.resolve(fault(pathname)).then((happens) => {
      if (happens === 'unreachable') return incoming.socket.destroy()
      if (typeof happens === 'object') return answerInstead(happens, response)
      if (pathname === '/app') return response.writeHead(200, { 'content-type': 'text/html' }).end(page)
      if (pathname === '/client.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
      if (pathname.startsWith('/api/')) return api.answer(incoming, response)
      return forward(config.port, incoming, response, happens === 'lost')
    })
  }
  return {
    origin: front.origin,
    issuer,
    elsewhere: other.origin,
    asked,
    tokensElsewhere,
    accountId,
    get server() {
      return server
    },
    setFault(next) {
      fault = next
    },
    passTime: (milliseconds) => server.clock.set(server.clock.now() + milliseconds),
    async restartServer(whileStopped) {
      const { secrets } = server.config
      const moment = server.clock.now()
      await server.stop()
      await whileStopped()
      server = await start({ secrets })
      server.clock.set(moment)
    },
    async countRefreshes(outcome) {
      const metrics = await (await fetch(`${server.running.url}/metrics`)).text()
      const [, count = '0'] = new RegExp(`ostiary_refreshes_total\\{outcome="${outcome}"\\} (\\d+)`).exec(metrics) ?? []
      return Number(count)
    },
    async [Symbol.asyncDispose]() {
      api.close()
      await front.close()
      await other.close()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const allowAnyOrigin = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' }

const page = `<!doctype html><title>app</title><script type="module">
import { createClient } from '/client.js'
globalThis.createClient = createClient
</script>`

async function listen(answer: (incoming: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

function answerInstead({ status, headers = {}, body = {} }: Exclude<Fault, string>, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function forward(port: number, incoming: IncomingMessage, response: ServerResponse, isLost: boolean): void {
  const { method = 'GET', url: target = '/', headers } = incoming
  const onward = request({ host: '127.0.0.1', port, method, path: target, headers }, (answered) => {
    if (isLost) {
      answered.resume().on('end', () => incoming.socket.destroy())
      return
    }
    response.writeHead(answered.statusCode ?? 502, answered.headers)
    answered.pipe(response)
  })
  onward.on('error', () => incoming.socket.destroy())
  incoming.pipe(onward)
}

/** `/api/me` says who calls; `/api/orders` asks for a second factor and a login of the last five minutes; `/api/away` leads to another origin, `/api/near` to this one. Its own requests don't pass the front. */
function createApi(
  { origin, serverOrigin }: { readonly origin: string; readonly serverOrigin: string },
  now: () => number,
  elsewhere: string,
) {
  const direct: typeof fetch = (input, init) => fetch(String(input).replace(origin, serverOrigin), init)
  const guard = createGuard({ issuer: `${origin}/auth`, audience, clock: now, fetch: direct, feed: false })
  const check = tokenRequired(guard)((asked, auth) => {
    const { pathname } = new URL(asked.url)
    const location = { '/api/away': `${elsewhere}/landing`, '/api/near': '/api/me' }[pathname]
    if (location !== undefined) return new Response(null, { status: 302, headers: { location } })
    return Response.json({ sessionId: auth.claims.sid })
  })
  const checkFresh = tokenRequired(guard, { acr: 'aal2', fresh: '5m' })(() => Response.json({ orders: 2 }))
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    incoming.resume()
    const { authorization } = incoming.headers
    const headers = authorization === undefined ? {} : { authorization }
    const asked = new Request(new URL(incoming.url ?? '', origin), { headers })
    const answered = await (asked.url.endsWith('/api/orders') ? checkFresh(asked) : check(asked))
    response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text())
  }
  return { answer, close: () => guard.close() }
}

/** The client as a page would load it. */
async function bundleClient(): Promise<string> {
  const entryPoints = [path.join(import.meta.dirname, '../src/index.ts')]
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: 'esm', write: false })
  return outputFiles[0]?.text ?? ''
}
