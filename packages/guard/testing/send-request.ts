import { request } from 'node:http'

/** A request as it goes over the wire: `fetch` would merge or refuse some of what the cases send. */
export interface SentRequest {
  readonly method?: string
  readonly target?: string
  /** Name and value of each field line, in order; one name may come more than once. */
  readonly fields?: ReadonlyArray<readonly [name: string, value: string]>
  readonly form?: string
}

/** What came back, with the parts that every adapter must give alike. */
export interface Answer {
  readonly status: number
  readonly challenge: string | undefined
  readonly contentType: string | undefined
  readonly cacheControl: string | undefined
  readonly retryAfter: string | undefined
  readonly contentLength: string | undefined
  readonly body: string
}

/** Sends one request to `origin` (scheme, host and port) and reads the whole answer. */
export function sendRequest(origin: string, sent: SentRequest): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const url = new URL(origin)
  const headers = ['Host', url.host, 'Connection', 'close', ...(sent.fields ?? []).flat()]
  if (sent.form !== undefined) {
    headers.push(
      'Content-Type',
      'application/x-www-form-urlencoded',
      'Content-Length',
      `${Buffer.byteLength(sent.form)}`,
    )
  }
  const outgoing = request({
    host: url.hostname,
    port: url.port,
    path: sent.target ?? '/guarded',
    method: sent.method ?? (sent.form === undefined ? 'GET' : 'POST'),
    headers,
    agent: false,
  })
  outgoing.on('error', reject)
  outgoing.on('response', (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => {
      resolve({
        status: response.statusCode ?? 0,
        challenge: response.headers['www-authenticate'],
        contentType: response.headers['content-type'],
        cacheControl: response.headers['cache-control'],
        retryAfter: response.headers['retry-after'],
        contentLength: response.headers['content-length'],
        body: Buffer.concat(chunks).toString(),
      })
    })
  })
  outgoing.end(sent.form)
  return promise
}
