import { ClientError } from './client-error.ts'
import type { ClientSettings } from './parse-options.ts'

const TIMEOUT_MS = 10_000

/** What came back, with its JSON object; an empty one when the body is none. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds: number | undefined
}

/**
 * Sends one request to the issuer, with a bound on its time.
 *
 * @throws ClientError `network`; `unavailable` for 5xx; for 429 that code or the given one
 */
export async function sendRequest(
  settings: ClientSettings,
  url: string,
  init: RequestInit = {},
  throttledCode: 'unavailable' | 'login_throttled' = 'unavailable',
): Promise<Answer> {
  const answer = await exchange(settings, url, init)
  const { status, retryAfterSeconds } = answer
  if (status < 500 && status !== 429) return answer
  const code = status === 429 ? throttledCode : 'unavailable'
  throw new ClientError(code, `The server answered ${status}.`, { retryAfterSeconds })
}

async function exchange({ fetch, clock }: ClientSettings, url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, {
      cache: 'no-store',
      // A password or a refresh token never follows a redirect.
      redirect: 'manual',
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { status, headers } = response
    return { status, body: parseObject(await response.text()), retryAfterSeconds: readRetryAfter(headers, clock.now()) }
  } catch (cause) {
    throw new ClientError('network', 'The server could not be reached.', { cause })
  }
}

function parseObject(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** RFC 9110 §10.2.3: seconds or a date. */
function readRetryAfter(headers: Headers, nowMilliseconds: number): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - nowMilliseconds) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}
