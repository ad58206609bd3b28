import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type FeedRecord, parseRecord } from './parse-record.ts'

/** A snapshot's parts: the signed line, and the bytes that it vouches for. */
export interface SnapshotParts {
  readonly jws: string
  readonly records: Buffer
}

/** How many lines are read before others get their turn. */
const linesAtOnce = 5_000
const lineFeed = 10

export function splitSnapshot(bytes: Buffer): SnapshotParts {
  const end = bytes.indexOf(lineFeed)
  if (end === -1) throw new Error('the snapshot has no first line')
  return { jws: bytes.toString('latin1', 0, end), records: bytes.subarray(end + 1) }
}

/** The records of a snapshot. @throws Error when they aren't those that were signed. */
export async function readSnapshotRecords(
  records: Buffer,
  { count, digest }: { readonly count: number; readonly digest: string },
): Promise<readonly FeedRecord[]> {
  if (hash('sha256', records, 'base64url') !== digest) throw new Error('the snapshot is not the one that was signed')
  const read: FeedRecord[] = []
  for (let from = 0; from < records.length; ) {
    const end = records.indexOf(lineFeed, from)
    const record = end === -1 ? undefined : parseRecord(records.toString('utf8', from, end))
    if (record === undefined) throw new Error('the snapshot has a line that is no record')
    read.push(record)
    from = end + 1
    if (read.length % linesAtOnce === 0) await setImmediate()
  }
  if (read.length !== count) throw new Error(`the snapshot has ${read.length} records, not ${count}`)
  return read
}
