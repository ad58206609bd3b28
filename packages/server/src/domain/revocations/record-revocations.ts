import type { Transaction } from '../../platform/database/database.ts'
import { advanceHead, type FeedRecord, insertRecords, updateChain } from './feed-store.ts'
import { extendChain, renderRecord } from './render-record.ts'
import type { Revocation } from './revocation.ts'
import { insertTokenMark, raiseMarks } from './revocation-mark-store.ts'

/** Announced with each change of the feed. */
export const FEED_TOPIC = 'revocations'

/**
 * Writes revocations to the feed, in the transaction of what revokes: neither is ever there without the other. Returns the sequence
 * number of the last one.
 *
 * Call it late in the transaction: from here on every other revocation waits.
 */
export async function recordRevocations(tx: Transaction, revocations: readonly Revocation[]): Promise<number> {
  const head = await advanceHead(tx.sql, revocations.length)
  const first = head.sequence - revocations.length + 1
  let { chain } = head
  const records = revocations.map((revocation, index): FeedRecord => {
    const sequence = first + index
    const line = renderRecord(sequence, revocation)
    chain = extendChain(chain, line)
    return { sequence, line, chain, forgetAt: revocation.forgetAt }
  })
  await insertRecords(tx.sql, records, tx.now)
  await updateChain(tx.sql, chain)
  await mark(tx, revocations)
  await tx.announce(FEED_TOPIC)
  return head.sequence
}

/** What the feed's hashes can't be asked for is kept beside it. A session and a key are marked in their own rooms. */
async function mark(tx: Transaction, revocations: readonly Revocation[]): Promise<void> {
  await raiseMarks(
    tx.sql,
    revocations.filter((revocation) => 'moment' in revocation),
  )
  for (const { kind, identifier: jti, forgetAt } of revocations.filter((revocation) => 'identifier' in revocation))
    if (kind === 'j') await insertTokenMark(tx.sql, { jti, moment: tx.now, forgetAt })
}
