import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { FeedPulse } from '../../domain/revocations/feed-follower.ts'
import { LOG_PAGE, readLog } from '../../domain/revocations/read-log.ts'
import { onceClosed } from '../../platform/http/once-closed.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { feedHeaders } from './feed-headers.ts'
import type { FeedReader } from './feed-streams.ts'
import { assertRemembered, bindHeartbeat, lookAtFeed } from './look-at-feed.ts'
import { renderEvents } from './render-events.ts'

/** How long a reader may take for one page of what it has missed. */
const CATCH_UP_MS = 10_000

export interface StreamRequest {
  readonly reader: FeedReader
  readonly after: number
  readonly nonce: string | undefined
}

/** Answers with a stream that goes on until one side ends it: a heartbeat, what the reader has missed, then what comes. */
export async function followStream(
  deps: RevocationFeedDeps,
  reply: FastifyReply,
  { reader, after, nonce }: StreamRequest,
): Promise<FastifyReply> {
  const gone = abortWhenGone(reply)
  onceClosed(reply, deps.streams.admit(reader))
  const first = await lookAtFeed(deps.follower)
  assertRemembered(after, first)
  const heartbeat = await bindHeartbeat(deps, first, nonce)
  // Nobody would ever say that this stream is over.
  gone.throwIfAborted()
  reply.hijack()
  const stream = reply.raw
  deps.streams.open(stream)
  stream.once('close', () => deps.streams.leave(stream))
  stream.on('error', () => stream.destroy())
  stream.writeHead(200, {
    ...feedHeaders,
    'x-request-id': reply.request.id,
    'cache-control': 'no-store, no-transform',
    'content-type': 'text/event-stream',
    // For nginx, which would hold a stream back until its buffer is full.
    'x-accel-buffering': 'no',
  })
  stream.write(renderEvents([], heartbeat))
  catchUp(deps, stream, after, first).catch((error) => {
    if (!stream.destroyed) reply.log.warn({ error }, 'a stream of the revocation feed was cut off')
    stream.destroy()
  })
  return reply
}

async function catchUp(
  deps: RevocationFeedDeps,
  stream: ServerResponse,
  after: number,
  first: FeedPulse,
): Promise<void> {
  const { follower, streams, database } = deps
  const { feedId } = first.position
  let sequence = after
  while (sequence < follower.position.sequence) {
    const { position } = follower
    const lines = follower.linesAfter(sequence, LOG_PAGE) ?? (await readLog(database.read, sequence, position))
    // Purged or rewound meanwhile: whoever comes back is told so.
    if (lines === undefined || follower.position.feedId !== feedId) return void stream.end()
    sequence += lines.length
    await writePage(stream, renderEvents(lines, undefined))
    if (stream.destroyed || stream.writableEnded) return
  }
  // In the very turn in which nothing is missing.
  streams.join(stream)
  if (sequence === after) return
  const { heartbeat, wasDelivered } = await lookAtFeed(follower)
  if (!wasDelivered && !stream.writableEnded) stream.write(renderEvents([], heartbeat))
}

async function writePage(stream: ServerResponse, bytes: Buffer): Promise<void> {
  if (stream.write(bytes)) return
  await once(stream, 'drain', { signal: AbortSignal.timeout(CATCH_UP_MS) })
}
