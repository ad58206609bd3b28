import type { IncomingMessage } from 'node:http'
import { type SendOptions, sendRequest } from './send-request.ts'

export interface PostedJson {
  readonly status: number
  /** The first bytes of the body; fewer than came, or none. */
  readonly start: Buffer
  /** The field `Retry-After`, as it came. */
  readonly retryAfter: string | undefined
}

const MOST_READ_BYTES = 1024
/** The status says how it went: a body that drips holds nobody up for long. */
const LONGEST_READ_MS = 1000

/**
 * Posts JSON and gives the status of the answer, whatever it is, with the first bytes of its body; a redirect is not followed.
 *
 * @throws PublicFetchError for an address that is not allowed, and when no answer comes in time.
 */
export async function postJson(
  url: URL,
  { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  options: SendOptions = {},
): Promise<PostedJson> {
  const sent = {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'accept-encoding': 'identity',
    'user-agent': 'Ostiary',
  }
  return sendRequest(url, { method: 'POST', headers: sent, body }, options, async (response) => ({
    status: response.statusCode ?? 0,
    start: await readStart(response),
    retryAfter: response.headers['retry-after'],
  }))
}

/** What has come when it is enough, too late or cut off; never an error, since there is an answer. */
async function readStart(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  const limit = setTimeout(() => response.destroy(), LONGEST_READ_MS)
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= MOST_READ_BYTES) break
    }
  } catch {
    // It was cut.
  } finally {
    clearTimeout(limit)
    response.destroy()
  }
  return Buffer.concat(chunks).subarray(0, MOST_READ_BYTES)
}
