import { createHash } from 'node:crypto'
import { toEpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { FeedPulse } from './feed-follower.ts'
import { signSnapshot } from './feed-heartbeat.ts'
import { selectLiveRecords } from './feed-store.ts'

const PAGE = 5000

export interface SnapshotDeps {
  readonly issuer: string
  readonly read: Queries
  readonly keyRing: KeyRing
}

/** Every record up to a position that may not be forgotten yet, behind a signed line: docs/reference/revocation-feed.md, "The snapshot". */
export async function makeSnapshot(
  { issuer, read, keyRing }: SnapshotDeps,
  { position, readAt }: FeedPulse,
): Promise<Buffer> {
  const pages: Buffer[] = []
  let count = 0
  // In pages, so that other requests have their turn in between.
  for (let after = 0; after < position.sequence; ) {
    const bounds = { after, upTo: position.sequence, now: toEpochSeconds(readAt), limit: PAGE }
    const records = await selectLiveRecords(read, bounds)
    pages.push(Buffer.from(records.map(({ line }) => `${line}\n`).join('')))
    count += records.length
    after = records.length < PAGE ? position.sequence : (records.at(-1)?.sequence ?? position.sequence)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const body = Buffer.concat(pages)
  const digest = createHash('sha256').update(body).digest('base64url')
  const signer = await keyRing.getSigner('ES256')
  const first = signSnapshot({ issuer, position, readAt }, { count, digest }, signer)
  return Buffer.concat([Buffer.from(`${first}\n`), body])
}
