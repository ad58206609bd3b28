import { createServer, type Server, type ServerResponse } from 'node:http'

/** Steps of the schema that take no longer are over before anybody asks. */
const PATIENCE_MS = 500
const RETRY_AFTER_SECONDS = '5'

/**
 * Answers in place of a server that is still waiting for its schema: a supervisor must not end it for that, since it would begin again, and a balancer
 * must not send it requests.
 */
export class WaitingServer {
  readonly #place: { readonly host: string; readonly port: number }
  #timer: NodeJS.Timeout | undefined
  #server: Server | undefined

  constructor(place: { readonly host: string; readonly port: number }) {
    this.#place = place
  }

  /** Begins to listen, if it is not closed within half a second. */
  openSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#server = createServer((request, response) => answer(request.url ?? '', response))
        // Whose place it takes says so, when it comes to that.
        .on('error', () => {})
        .listen(this.#place)
    }, PATIENCE_MS)
  }

  /** Resolves when the port is free for the server itself. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    const server = this.#server
    if (server?.listening !== true) return
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
}

function answer(url: string, response: ServerResponse): void {
  const { status, headers, body } = findAnswer(url.split('?', 1)[0])
  // No connection outlives the answer: the next request is for the server itself.
  response.writeHead(status, { 'cache-control': 'no-store', connection: 'close', ...headers }).end(JSON.stringify(body))
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

function findAnswer(path: string | undefined): Answer {
  const headers = { 'content-type': 'application/json' }
  if (path === '/healthz') return { status: 200, headers, body: { status: 'ok' } }
  if (path === '/readyz')
    return { status: 503, headers, body: { status: 'not ready', checks: { schema: 'migrating' } } }
  return {
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': RETRY_AFTER_SECONDS },
    body: { status: 503, title: 'Service Unavailable', detail: 'The server is starting. Try again in a moment.' },
  }
}
