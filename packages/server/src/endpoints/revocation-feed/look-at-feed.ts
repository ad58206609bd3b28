import type { FeedFollower, FeedPulse } from '../../domain/revocations/feed-follower.ts'
import { Problem } from '../../platform/http/problem.ts'

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
