import type { FastifyReply } from 'fastify'
import { LOG_PAGE, readLog } from '../../domain/revocations/read-log.ts'
import { onceClosed } from '../../platform/http/once-closed.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { feedHeaders } from './feed-headers.ts'
import type { FeedReader } from './feed-streams.ts'
import { assertRemembered, bindHeartbeat, forgotten, lookAtFeed } from './look-at-feed.ts'

export interface LogRequest {
  readonly reader: FeedReader
  readonly after: number
  /** 0: answered at once. */
  readonly waitSeconds: number
  readonly nonce: string | undefined
}

/** Answers with the records after a number and a heartbeat, after a wait when there is none yet. */
export async function answerLog(
  deps: RevocationFeedDeps,
  reply: FastifyReply,
  { reader, after, waitSeconds, nonce }: LogRequest,
): Promise<FastifyReply> {
  const { follower, database, streams } = deps
  const gone = abortWhenGone(reply)
  onceClosed(reply, streams.admitAnswer(reader))
  if (waitSeconds > 0) await waitForRecord(deps, reply, { reader, after, waitSeconds, nonce })
  const pulse = await lookAtFeed(follower)
  assertRemembered(after, pulse)
  gone.throwIfAborted()
  const count = Math.min(LOG_PAGE, pulse.position.sequence - after)
  const lines = follower.linesAfter(after, count) ?? (await readLog(database.read, after, pulse.position))
  if (lines === undefined) throw forgotten()
  const body = [...lines, await bindHeartbeat(deps, pulse, nonce)].map((line) => `${line}\n`).join('')
  return reply.headers(feedHeaders).type('application/jsonl').send(Buffer.from(body))
}

async function waitForRecord(
  { streams, follower }: RevocationFeedDeps,
  reply: FastifyReply,
  { reader, after, waitSeconds }: LogRequest,
): Promise<void> {
  const leave = streams.admit(reader)
  onceClosed(reply, leave)
  const gone = abortWhenGone(reply)
  // It has a place among those that wait, and needs none among those at work.
  reply.request.leaveGate?.()
  assertRemembered(after, await lookAtFeed(follower))
  if (follower.position.sequence === after) await streams.untilPast(after, waitSeconds * 1000, gone)
  leave()
}
