import type { EpochMilliseconds, EpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type FeedTables = {
  feed_head: { id: string; feed_id: string; seq: number; chain: string; forgotten_seq: number }
  feed_record: { seq: number; line: string; chain: string; forget_at: EpochSeconds; created_at: EpochMilliseconds }
}

/** How far the feed has come. */
export interface FeedHead {
  readonly feedId: string
  readonly sequence: number
  /** base64url of 32 bytes. */
  readonly chain: string
  /** Records up to it may be gone: the log is complete only after it. */
  readonly forgottenSequence: number
}

export interface FeedRecord {
  readonly sequence: number
  readonly line: string
  /** Up to and with this record, base64url of 32 bytes. */
  readonly chain: string
  readonly forgetAt: EpochSeconds
}

/**
 * Moves the head on by so many records, before they are written. Its row stays locked until the transaction ends: so the sequence has no
 * hole and goes in the order of commits. A database sequence would keep neither promise.
 */
export async function advanceHead(sql: Queries, count: number): Promise<FeedHead> {
  const row = await sql
    .withTables<FeedTables>()
    .updateTable('feed_head')
    .set((eb) => ({ seq: eb('seq', '+', count) }))
    .returningAll()
    .executeTakeFirstOrThrow()
  return toHead(row)
}

export async function updateChain(sql: Queries, chain: string): Promise<void> {
  await sql.withTables<FeedTables>().updateTable('feed_head').set({ chain }).execute()
}

export async function selectHead(sql: Queries): Promise<FeedHead> {
  return toHead(await sql.withTables<FeedTables>().selectFrom('feed_head').selectAll().executeTakeFirstOrThrow())
}

/** Whether it was changed: false when the feed has another id than the expected one. */
export async function replaceFeedId(sql: Queries, expected: string, feedId: string): Promise<boolean> {
  const replaced = await sql
    .withTables<FeedTables>()
    .updateTable('feed_head')
    .set({ feed_id: feedId })
    .where('feed_id', '=', expected)
    .returning('feed_id')
    .executeTakeFirst()
  return replaced !== undefined
}

export async function updateForgottenSequence(sql: Queries, sequence: number): Promise<void> {
  await sql
    .withTables<FeedTables>()
    .updateTable('feed_head')
    .set({ forgotten_seq: sequence })
    .where('forgotten_seq', '<', sequence)
    .execute()
}

export async function insertRecords(
  sql: Queries,
  records: readonly FeedRecord[],
  now: EpochMilliseconds,
): Promise<void> {
  // Few parameters a statement: databases have a bound.
  for (let from = 0; from < records.length; from += 500) {
    const rows = records.slice(from, from + 500).map(({ sequence, line, chain, forgetAt }) => ({
      seq: sequence,
      line,
      chain,
      forget_at: forgetAt,
      created_at: now,
    }))
    await sql.withTables<FeedTables>().insertInto('feed_record').values(rows).execute()
  }
}

/** The chain up to and with a record; undefined when the record is forgotten, or never was. */
export async function selectChainAt(sql: Queries, sequence: number): Promise<string | undefined> {
  const row = await sql
    .withTables<FeedTables>()
    .selectFrom('feed_record')
    .select('chain')
    .where('seq', '=', sequence)
    .executeTakeFirst()
  return row?.chain
}

/** Records after a number, in order, at most so many. */
export async function selectRecordsAfter(sql: Queries, sequence: number, limit: number): Promise<FeedRecord[]> {
  const rows = await sql
    .withTables<FeedTables>()
    .selectFrom('feed_record')
    .selectAll()
    .where('seq', '>', sequence)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(({ seq, line, chain, forget_at }) => ({ sequence: seq, line, chain, forgetAt: forget_at }))
}

export interface StoredRecord {
  readonly sequence: number
  readonly line: string
  readonly createdAt: EpochMilliseconds
  readonly forgetAt: EpochSeconds
}

/** Some records before a number, or the latest; the latest first. */
export async function selectRecordsBefore(
  sql: Queries,
  { before = Number.MAX_SAFE_INTEGER, most }: { readonly before: number | undefined; readonly most: number },
): Promise<readonly StoredRecord[]> {
  const rows = await sql
    .withTables<FeedTables>()
    .selectFrom('feed_record')
    .select(['seq', 'line', 'created_at', 'forget_at'])
    .where('seq', '<', before)
    .orderBy('seq', 'desc')
    .limit(most)
    .execute()
  return rows.map(({ seq, line, created_at, forget_at }) => ({
    sequence: seq,
    line,
    createdAt: created_at,
    forgetAt: forget_at,
  }))
}

/** Records within (after, upTo] that may not be forgotten yet, in order, at most so many. */
export async function selectLiveRecords(
  sql: Queries,
  { after, upTo, now, limit }: { after: number; upTo: number; now: EpochSeconds; limit: number },
): Promise<FeedRecord[]> {
  const rows = await sql
    .withTables<FeedTables>()
    .selectFrom('feed_record')
    .selectAll()
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .where('forget_at', '>=', now)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(({ seq, line, chain, forget_at }) => ({ sequence: seq, line, chain, forgetAt: forget_at }))
}

/** Deletes some that may be forgotten and are old; returns their numbers. */
export async function deleteForgotten(
  sql: Queries,
  { now, createdBefore, most }: { now: EpochSeconds; createdBefore: EpochMilliseconds; most: number },
): Promise<readonly number[]> {
  const tables = sql.withTables<FeedTables>()
  const forgotten = tables
    .selectFrom('feed_record')
    .select('seq')
    .where('forget_at', '<', now)
    .where('created_at', '<', createdBefore)
    .orderBy('forget_at')
    .limit(most)
  const rows = await tables.deleteFrom('feed_record').where('seq', 'in', forgotten).returning('seq').execute()
  return rows.map(({ seq }) => seq)
}

function toHead(row: FeedTables['feed_head']): FeedHead {
  return { feedId: row.feed_id, sequence: row.seq, chain: row.chain, forgottenSequence: row.forgotten_seq }
}
