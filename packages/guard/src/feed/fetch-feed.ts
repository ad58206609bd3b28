import { createHash } from 'node:crypto'
import type { Fetching } from '../keys/fetch-json.ts'
import { readBounded } from '../keys/read-bounded.ts'

/** What the server can't tell: take the snapshot. */
export const forgotten = 'forgotten'

const timeoutMilliseconds = 5_000
const maxSnapshotBytes = 256 * 1024 * 1024
const maxLogBytes = 4 * 1024 * 1024

/** Opens the stream after a number. Rejects with a sentence. */
export async function openStream(
  feedUrl: string,
  after: number,
  fetching: Fetching,
): Promise<ReadableStream<Uint8Array> | typeof forgotten> {
  const response = await ask(`${feedUrl}?after=${after}`, 'text/event-stream', fetching)
  if (response === forgotten) return forgotten
  if (response.body === null) throw new Error(`${feedUrl} answered without a body`)
  return response.body
}

/** The lines of the log after a number, and the heartbeat behind them. Rejects with a sentence. */
export async function fetchLog(
  feedUrl: string,
  after: number,
  fetching: Fetching,
): Promise<{ readonly lines: readonly string[]; readonly jws: string } | typeof forgotten> {
  const response = await ask(`${feedUrl}/log?after=${after}`, 'application/jsonl', fetching)
  if (response === forgotten) return forgotten
  const lines = (await readText(response, maxLogBytes)).trimEnd().split('\n')
  return { lines: lines.slice(0, -1), jws: lines.at(-1) ?? '' }
}

/** The signed line of the snapshot, its records' lines, and the digest of these. Rejects with a sentence. */
export async function fetchSnapshot(
  feedUrl: string,
  fetching: Fetching,
): Promise<{ readonly jws: string; readonly lines: readonly string[]; readonly digest: string }> {
  const response = await ask(`${feedUrl}/snapshot`, 'application/jsonl', fetching)
  if (response === forgotten) throw new Error(`${feedUrl}/snapshot answered 410`)
  const text = await readText(response, maxSnapshotBytes)
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  return {
    jws: text.slice(0, end),
    lines: body === '' ? [] : body.trimEnd().split('\n'),
    digest: createHash('sha256').update(body).digest('base64url'),
  }
}

async function ask(url: string, accept: string, { fetch, signal }: Fetching): Promise<Response | typeof forgotten> {
  // The time is for the answer to begin: a stream goes on.
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new Error(`${url} did not answer in time`)), timeoutMilliseconds)
  try {
    const response = await fetch(url, {
      headers: { accept },
      redirect: 'error',
      signal: AbortSignal.any([signal, limit.signal]),
    })
    if (response.status === 200) return response
    await response.body?.cancel()
    if (response.status === 410) return forgotten
    throw new Error(`${url} answered ${response.status}`)
  } finally {
    clearTimeout(timer)
  }
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const bytes = await readBounded(response.body, maxBytes)
  if (bytes === undefined) throw new Error(`${response.url} answered too much`)
  return bytes.toString('utf8')
}
