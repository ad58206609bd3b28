import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Act } from './act.ts'

export interface Message {
  readonly port: number
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly form?: Readonly<Record<string, string>>
  readonly json?: object
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly outcome: Act['outcome']
  /** Of a JSON body; empty when there is none. */
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
  readonly location: string | undefined
  readonly cookie: string | undefined
}

/** After which a client gives up waiting. */
const patienceMilliseconds = 15_000

/** Sends one request on a connection of its own, so that each may come to another instance. Never rejects: what went wrong is the outcome. */
export async function send(message: Message): Promise<Answer> {
  const { port, method = 'POST', path, headers } = message
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const body = renderBody(message)
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    headers: { ...body.headers, ...headers },
  })
  const limit = setTimeout(() => {
    resolve(unanswered('timeout'))
    asked.destroy()
  }, patienceMilliseconds)
  asked.on('error', () => resolve(unanswered('no-answer')))
  asked.on('response', async (response) => {
    try {
      const read = await text(response)
      const { location, 'set-cookie': cookies } = response.headers
      const cookie = cookies?.[0]?.split(';')[0]
      resolve({ outcome: response.statusCode ?? 'no-answer', body: parse(read), text: read, location, cookie })
    } catch {
      // It broke off: what was meant can't be told.
      resolve(unanswered('no-answer'))
    }
  })
  asked.end(body.bytes)
  return promise.finally(() => clearTimeout(limit))
}

function unanswered(outcome: 'timeout' | 'no-answer'): Answer {
  return { outcome, body: {}, text: '', location: undefined, cookie: undefined }
}

function renderBody({ form, json }: Message): { readonly bytes: string; readonly headers: Record<string, string> } {
  if (json !== undefined) return { bytes: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
  if (form === undefined) return { bytes: '', headers: {} }
  return {
    bytes: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
}

function parse(read: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(read)) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}
