import type { Queries, Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deleteGuards } from './feed-guard-store.ts'
import { advanceHead, type FeedHead, replaceFeedId } from './feed-store.ts'
import { forgetTime } from './forget-time.ts'
import { recordRevocations } from './record-revocations.ts'
import { CONCURRENT_MS } from './revocation.ts'

/**
 * Begins a new feed, since the database has lost the newest part of this one, and with it maybe revocations that nobody can name any more:
 * so everything that was issued until now is revoked. However many notice it, it is done once.
 *
 * @param isLost asked again under the head's lock
 */
export async function beginNewHistory(
  tx: Transaction,
  isLost: (head: FeedHead, sql: Queries) => Promise<boolean>,
): Promise<boolean> {
  const head = await advanceHead(tx.sql, 0)
  if (!(await isLost(head, tx.sql))) return false
  const feedId = randomId()
  await replaceFeedId(tx.sql, head.feedId, feedId)
  // They speak of numbers of the old history.
  await deleteGuards(tx.sql)
  const detail = { sequence: head.sequence, old_feed_id: head.feedId, new_feed_id: feedId }
  await recordAuditEvent(tx, { act: 'feed.rewound', actor: 'system', outcome: 'done', detail })
  const forgetAt = await forgetTime(tx.sql, tx.now)
  await recordRevocations(tx, [{ kind: 'a', moment: tx.now + CONCURRENT_MS, forgetAt }])
  return true
}
