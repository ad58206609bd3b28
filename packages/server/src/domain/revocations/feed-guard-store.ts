import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type GuardTables = {
  feed_guard: {
    id: string
    client_id: string
    name: string
    seq: number
    acknowledged_at: EpochMilliseconds
    checkpoint: string | null
  }
}

/** One process that follows the feed, and how far it has come. */
export interface FeedGuard {
  readonly clientId: string
  /** What it calls itself. */
  readonly name: string
  readonly sequence: number
  readonly acknowledgedAt: EpochMilliseconds
  /** The signed checkpoint of the audit log that it remembers; undefined when it told none. */
  readonly checkpoint?: string | undefined
}

export async function upsertGuard(sql: Queries, guard: FeedGuard): Promise<void> {
  const changing = { seq: guard.sequence, acknowledged_at: guard.acknowledgedAt, checkpoint: guard.checkpoint ?? null }
  await sql
    .withTables<GuardTables>()
    .insertInto('feed_guard')
    .values({ id: `${guard.clientId} ${guard.name}`, client_id: guard.clientId, name: guard.name, ...changing })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
    .execute()
}

export async function selectGuardsSince(sql: Queries, moment: EpochMilliseconds): Promise<FeedGuard[]> {
  const rows = await sql
    .withTables<GuardTables>()
    .selectFrom('feed_guard')
    .selectAll()
    .where('acknowledged_at', '>=', moment)
    .execute()
  return rows.map(({ client_id, name, seq, acknowledged_at, checkpoint }) => ({
    clientId: client_id,
    name,
    sequence: seq,
    acknowledgedAt: acknowledged_at,
    checkpoint: checkpoint ?? undefined,
  }))
}

export async function deleteGuards(sql: Queries, acknowledgedBefore?: EpochMilliseconds): Promise<void> {
  const all = sql.withTables<GuardTables>().deleteFrom('feed_guard')
  await (acknowledgedBefore === undefined ? all : all.where('acknowledged_at', '<', acknowledgedBefore)).execute()
}
