import type { FeedFollower, FeedPulse } from '../../domain/revocations/feed-follower.ts'
import { signHeartbeat } from '../../domain/revocations/feed-heartbeat.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'

/**
 * A look at the feed that was made after the request had come.
 *
 * @throws Problem 503 `feed_unavailable` when the database can't be read: nothing is said then of how fresh anything is.
 */
export async function lookAtFeed(follower: FeedFollower): Promise<FeedPulse> {
  try {
    return await follower.pulse()
  } catch (cause) {
    const problem = new Problem({
      status: 503,
      code: 'feed_unavailable',
      detail: 'The revocation feed cannot be read at this moment. Try again in a second.',
      headers: { 'retry-after': '1' },
    })
    problem.cause = cause
    throw problem
  }
}

/** The heartbeat of a look at the feed, which carries a guard's nonce where it sent one: so it was made after the guard had asked. */
export async function bindHeartbeat(
  { urls, keyRing }: RevocationFeedDeps,
  { position, readAt, heartbeat, checkpoint }: FeedPulse,
  nonce: string | undefined,
): Promise<string> {
  if (nonce === undefined) return heartbeat
  return signHeartbeat({ issuer: urls.issuer, position, readAt, nonce, checkpoint }, await keyRing.getSigner('ES256'))
}

/** @throws Problem 410 `feed_forgotten` when it can't be told what came after the number. */
export function assertRemembered(after: number, { position, forgottenSequence }: FeedPulse): void {
  if (after < forgottenSequence || after > position.sequence) throw forgotten()
}

export function forgotten(): Problem {
  return new Problem({
    status: 410,
    code: 'feed_forgotten',
    detail: 'What came after that number is not known here any more, or never was. Read the snapshot.',
  })
}
