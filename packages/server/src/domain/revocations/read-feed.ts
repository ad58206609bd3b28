import type { Queries } from '../../platform/database/database.ts'
import type { FeedPosition } from './feed-follower.ts'
import { type FeedHead, selectHead, selectRecordsAfter } from './feed-store.ts'
import { extendChain } from './render-record.ts'

const PAGE = 10_000

/** What became of the feed since a position. */
export type FeedStep =
  /** It went on from there. */
  | { readonly kind: 'continued'; readonly head: FeedHead; readonly lines: readonly string[] }
  /** It goes on elsewhere: under another id, or with a part forgotten before it was read. */
  | { readonly kind: 'moved'; readonly head: FeedHead }
  /** It does not hold that position any more: the database was restored beneath us. */
  | { readonly kind: 'rewound'; readonly head: FeedHead }

/** Reads what came after a position, and checks that its numbers are dense and its chain is whole. */
export async function readFeed(sql: Queries, position: FeedPosition): Promise<FeedStep> {
  const head = await selectHead(sql)
  if (head.feedId !== position.feedId) return { kind: 'moved', head }
  if (head.sequence < position.sequence) return { kind: 'rewound', head }
  const lines: string[] = []
  let sequence = position.sequence
  let chain = position.chain
  while (sequence < head.sequence) {
    const page = await selectRecordsAfter(sql, sequence, Math.min(PAGE, head.sequence - sequence))
    for (const record of page) {
      if (record.sequence !== sequence + 1) return { kind: 'moved', head }
      sequence = record.sequence
      chain = extendChain(chain, record.line)
      lines.push(record.line)
    }
    if (page.length === 0) return { kind: 'moved', head }
  }
  return chain === head.chain ? { kind: 'continued', head, lines } : { kind: 'rewound', head }
}
