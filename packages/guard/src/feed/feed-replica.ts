import { createHash } from 'node:crypto'
import { DenySet } from './deny-set.ts'
import { type FeedRecord, parseRecord } from './parse-record.ts'
import type { SignedPosition } from './verify-position.ts'

/** What a record's line did. */
export type Applied = { readonly ok: true; readonly record: FeedRecord | undefined } | { readonly ok: false }

/** What a signed position says of what was applied. `changed`: somebody has changed the feed. */
export type Comparison = 'proved' | 'gap' | 'rewound' | 'changed'

const emptyChain = Buffer.alloc(32)

/** A copy of the feed: how far it has come, and what is revoked. */
export class FeedReplica {
  readonly denySet: DenySet = new DenySet()
  #feedId: string | undefined
  #sequence = 0
  #chain: Buffer = emptyChain

  get sequence(): number {
    return this.#sequence
  }

  /** Applies the line of a record: what was applied before is passed over, and `ok: false` means that others are missing. */
  apply(line: string): Applied {
    const record = parseRecord(line)
    if (record === undefined) return { ok: false }
    if (record.sequence <= this.#sequence) return { ok: true, record: undefined }
    // Known at once, whatever is missing before it: the set only grows.
    this.denySet.add(record)
    if (record.sequence !== this.#sequence + 1) return { ok: false }
    this.#sequence = record.sequence
    this.#chain = createHash('sha256').update(this.#chain).update(line).digest()
    return { ok: true, record }
  }

  compare({ feedId, sequence, chain }: SignedPosition): Comparison {
    this.#feedId ??= feedId
    if (feedId !== this.#feedId || sequence < this.#sequence) return 'rewound'
    if (sequence > this.#sequence) return 'gap'
    return chain === this.#chain.toString('base64url') ? 'proved' : 'changed'
  }

  /** Goes on from a snapshot. Records that are known stay, whether or not they stand in it. */
  restore({ feedId, sequence, chain }: SignedPosition, records: readonly FeedRecord[]): void {
    for (const record of records) this.denySet.add(record)
    this.#feedId = feedId
    this.#sequence = sequence
    this.#chain = Buffer.from(chain, 'base64url')
  }
}
