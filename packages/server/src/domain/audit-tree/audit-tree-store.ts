import type { Queries } from '../../platform/database/database.ts'
import type { NodePlace } from '../../platform/merkle-tree/make-proof.ts'
import type { CompleteNode, Peaks } from '../../platform/merkle-tree/peaks.ts'

type TreeTables = {
  audit_leaf: { leaf_index: number; event_id: string; hash: string }
  audit_subtree: { level: number; position: number; hash: string }
  audit_head: { id: string; size: number; peaks: string; checkpoint: string; forgotten_size: number }
  audit_key: { id: string; origin: string; sealed_key: string; created_at: number }
}

/** How far the tree has come. */
export interface TreeHead {
  readonly size: number
  readonly peaks: Peaks
  /** The signed note; empty before the first event. */
  readonly checkpoint: string
  /** Events of leaves before it may be gone. */
  readonly forgottenSize: number
}

export interface TreeLeaf {
  readonly index: number
  readonly eventId: string
  readonly hash: Uint8Array
}

/** Subtrees are kept at every fourth level alone: the 16 nodes below one are soon hashed, and are a fifteenth of the rows. */
export const STORED_LEVELS = 4

export async function selectHead(sql: Queries): Promise<TreeHead> {
  const row = await sql.withTables<TreeTables>().selectFrom('audit_head').selectAll().executeTakeFirstOrThrow()
  return toHead(row)
}

/** Holds every other instance back until the transaction ends: the row lock is the whole point. */
export async function lockHead(sql: Queries): Promise<TreeHead> {
  const row = await sql
    .withTables<TreeTables>()
    .updateTable('audit_head')
    .set(({ ref }) => ({ size: ref('size') }))
    .returningAll()
    .executeTakeFirstOrThrow()
  return toHead(row)
}

export async function updateHead(
  sql: Queries,
  { size, peaks, checkpoint }: Pick<TreeHead, 'size' | 'peaks' | 'checkpoint'>,
): Promise<void> {
  await sql
    .withTables<TreeTables>()
    .updateTable('audit_head')
    .set({ size, peaks: peaks.map(toText).join(' '), checkpoint })
    .execute()
}

export async function updateForgottenSize(sql: Queries, size: number): Promise<void> {
  await sql.withTables<TreeTables>().updateTable('audit_head').set({ forgotten_size: size }).execute()
}

export async function insertLeaves(sql: Queries, leaves: readonly TreeLeaf[]): Promise<void> {
  const rows = leaves.map(({ index, eventId, hash }) => ({ leaf_index: index, event_id: eventId, hash: toText(hash) }))
  if (rows.length > 0) await sql.withTables<TreeTables>().insertInto('audit_leaf').values(rows).execute()
}

export async function insertSubtrees(sql: Queries, nodes: readonly CompleteNode[]): Promise<void> {
  const rows = nodes.map(({ level, position, hash }) => ({ level, position, hash: toText(hash) }))
  if (rows.length === 0) return
  // A row that somebody else has put there must not stop the log.
  await sql
    .withTables<TreeTables>()
    .insertInto('audit_subtree')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['level', 'position']).doUpdateSet(({ ref }) => ({ hash: ref('excluded.hash') })),
    )
    .execute()
}

/** In their order, from an index on, those before `to`. */
export async function selectLeaves(
  sql: Queries,
  { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
): Promise<readonly TreeLeaf[]> {
  const rows = await sql
    .withTables<TreeTables>()
    .selectFrom('audit_leaf')
    .selectAll()
    .where('leaf_index', '>=', from)
    .where('leaf_index', '<', to)
    .orderBy('leaf_index')
    .limit(most)
    .execute()
  return rows.map(toLeaf)
}

export async function selectLeavesOf(sql: Queries, eventIds: readonly string[]): Promise<readonly TreeLeaf[]> {
  if (eventIds.length === 0) return []
  const rows = await sql
    .withTables<TreeTables>()
    .selectFrom('audit_leaf')
    .selectAll()
    .where('event_id', 'in', eventIds)
    .execute()
  return rows.map(toLeaf)
}

/** Nodes of one stored level, from a position on, so many at most. */
export async function selectNodes(
  sql: Queries,
  { level, position }: NodePlace,
  count: number,
): Promise<readonly Uint8Array[]> {
  const tables = sql.withTables<TreeTables>()
  const end = position + count
  const rows =
    level === 0
      ? await tables
          .selectFrom('audit_leaf')
          .select('hash')
          .where('leaf_index', '>=', position)
          .where('leaf_index', '<', end)
          .orderBy('leaf_index')
          .execute()
      : await tables
          .selectFrom('audit_subtree')
          .select('hash')
          .where('level', '=', level)
          .where('position', '>=', position)
          .where('position', '<', end)
          .orderBy('position')
          .execute()
  return rows.map(({ hash }) => toBytes(hash))
}

export interface StoredAuditKey {
  readonly origin: string
  readonly sealedKey: string
}

/** There is one for ever, so its id is no secret and no choice. */
export const AUDIT_KEY_ID = 'the key'

export async function selectAuditKey(sql: Queries): Promise<StoredAuditKey | undefined> {
  const row = await sql.withTables<TreeTables>().selectFrom('audit_key').selectAll().executeTakeFirst()
  return row && { origin: row.origin, sealedKey: row.sealed_key }
}

/** Whether it was stored: false when there is one. */
export async function insertAuditKey(
  sql: Queries,
  { origin, sealedKey }: StoredAuditKey,
  now: number,
): Promise<boolean> {
  const inserted = await sql
    .withTables<TreeTables>()
    .insertInto('audit_key')
    .values({ id: AUDIT_KEY_ID, origin, sealed_key: sealedKey, created_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

function toHead({ size, peaks, checkpoint, forgotten_size }: TreeTables['audit_head']): TreeHead {
  return { size, peaks: peaks === '' ? [] : peaks.split(' ').map(toBytes), checkpoint, forgottenSize: forgotten_size }
}

function toLeaf({ leaf_index, event_id, hash }: TreeTables['audit_leaf']): TreeLeaf {
  return { index: leaf_index, eventId: event_id, hash: toBytes(hash) }
}

function toText(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}
