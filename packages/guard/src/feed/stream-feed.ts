import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FeedCopy } from './feed-copy.ts'
import type { FeedRequests } from './feed-requests.ts'
import { EventReader } from './read-events.ts'

/** A stream that is open and yet brings no heartbeat: something on the way holds it back. */
export class BufferedStreamError extends Error {
  override readonly name = 'BufferedStreamError'
}

/** The server has no place for another stream: it says to ask the log. */
export class FullFeedError extends Error {
  override readonly name = 'FullFeedError'
}

const silenceMs = 3_000
const firstHeartbeatMs = 5_000
const watchMs = 250

/** Follows one stream to its end. Rejects when it can't be opened, brings what is no feed, or falls silent. */
export async function streamFeed(
  url: string,
  copy: FeedCopy,
  requests: FeedRequests,
  monotonic: () => number,
): Promise<void> {
  const ending = new AbortController()
  const exchange = copy.startExchange()
  let heardAt = exchange.askedAt
  let limitMs = firstHeartbeatMs
  let isBusy = false
  let isOpen = false
  const watch = setInterval(() => {
    if (isBusy || monotonic() - heardAt <= limitMs) return
    const isBuffered = isOpen && limitMs === firstHeartbeatMs
    ending.abort(isBuffered ? new BufferedStreamError('the stream is held back') : new Error('the stream is silent'))
  }, watchMs).unref()
  try {
    const response = await requests.openStream(
      url,
      { after: copy.replica.sequence, nonce: exchange.nonce },
      ending.signal,
    )
    isOpen = true
    const body = await acceptStream(response, url, copy)
    const events = new EventReader()
    for await (const piece of body ?? []) {
      isBusy = true
      for (const { name, data } of events.read(piece)) {
        if (name === 'message') await copy.takeRecord(url, data)
        if (name !== 'heartbeat') continue
        // A signature takes longer than a record: what has come over other streams of this process is applied first.
        await nextTurn()
        const before = copy.replica.provedUntil
        await copy.takeHeartbeat(url, data, exchange)
        // Old heartbeats that somebody sends again are as good as none.
        if (copy.replica.provedUntil === before) continue
        heardAt = monotonic()
        limitMs = silenceMs
      }
      isBusy = false
    }
  } finally {
    clearInterval(watch)
    ending.abort()
  }
}

/** The stream's body; undefined after a snapshot, since the stream is then to be opened after it. */
async function acceptStream(
  { status, headers, body }: Response,
  url: string,
  copy: FeedCopy,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
  if (status === 200 && isStream && body !== null) return body
  await body?.cancel()
  if (status === 503) throw new FullFeedError(`${url} answered 503`)
  if (status !== 410) throw new Error(`${url} answered ${status}${status === 200 ? ' and no event stream' : ''}`)
  await copy.readSnapshot(url)
  return undefined
}
