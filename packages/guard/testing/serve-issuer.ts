import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An issuer on a port of its own, whose every answer a test can change. */
export interface ServedIssuer extends AsyncDisposable {
  readonly url: string
  /** What was asked, in order. */
  readonly asked: string[]
  /** Answers by path; what isn't there is 404. */
  readonly answers: Map<string, Answer>
}

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Is awaited before the answer is sent. */
  readonly until?: Promise<void>
}

export const metadataPath = '/.well-known/oauth-authorization-server'
export const openidPath = '/.well-known/openid-configuration'
export const jwksPath = '/jwks'

/** Serves metadata and, at /jwks, these keys. */
export async function serveIssuer(
  keys: readonly unknown[],
  headers: Record<string, string> = {},
): Promise<ServedIssuer> {
  const asked: string[] = []
  const answers = new Map<string, Answer>()
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    void send(answers.get(request.url ?? '') ?? { status: 404 }, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  answers.set(metadataPath, { body: { issuer: url, jwks_uri: `${url}${jwksPath}` } })
  answers.set(jwksPath, { headers, body: { keys } })
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, asked, answers, [Symbol.asyncDispose]: close }
}

async function send(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await answer.until
  const { etag } = answer.headers ?? {}
  if (etag !== undefined && request.headers['if-none-match'] === etag) {
    response.writeHead(304, answer.headers).end()
    return
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(text)
}
