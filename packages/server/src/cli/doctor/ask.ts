import { type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Asked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** From where this machine has asked. */
  readonly localAddress: string | undefined
}

export interface Question {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For an answer without an end: called with all of it so far; true is enough. */
  readonly isEnough?: (body: string) => boolean
}

const LIMIT_MS = 8000

/** Asks a server as anybody may, over a connection of its own. @throws Error when no answer comes */
export function ask(url: string, { method = 'GET', headers = {}, body, isEnough }: Question = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, signal: AbortSignal.timeout(LIMIT_MS) } as const
    const asked = url.startsWith('https:') ? requestHttps(url, options) : requestHttp(url, options)
    asked.on('error', reject)
    asked.on('response', (response) => {
      const localAddress = asked.socket?.localAddress
      let text = ''
      const answer = () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, localAddress })
      response.setEncoding('utf8')
      response.on('error', reject)
      response.on('data', (chunk: string) => {
        text += chunk
        if (!isEnough?.(text)) return
        answer()
        asked.destroy()
      })
      response.on('end', answer)
    })
    asked.end(body)
  })
}

export function postForm(url: string, form: Record<string, string>, headers: Record<string, string>): Promise<Asked> {
  const body = new URLSearchParams(form).toString()
  const fields = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  }
  return ask(url, { method: 'POST', body, headers: { accept: 'application/json', ...fields, ...headers } })
}
