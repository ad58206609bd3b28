import { createHash } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import {
  deleteExpiredKey,
  deleteExpiredKeys,
  type IdempotencyRow,
  insertKey,
  selectKey,
  updateAnswer,
} from './idempotency-store.ts'

const KEPT_MS = 24 * 3_600_000

/** A request that may come again. */
export interface IdempotentRequest {
  /** Who sends it: nobody gets another one's answer. */
  readonly caller: string
  /** Its method and address. */
  readonly target: string
  /** As the caller has chosen it. */
  readonly key: string
  /** All that it says: another body is another request. */
  readonly content: string
}

export interface KeptAnswer {
  readonly status: number
  readonly location: string | undefined
  /** JSON, without secrets. */
  readonly body: string
}

export type FoundAnswer =
  | { readonly state: 'none' }
  | { readonly state: 'kept'; readonly answer: KeptAnswer }
  /** The key was used for something else. */
  | { readonly state: 'reused' }

/** What was answered when the request came before. */
export async function findAnswer(
  sql: Queries,
  sealer: Sealer,
  request: IdempotentRequest,
  now: EpochMilliseconds,
): Promise<FoundAnswer> {
  const row = await selectKey(sql, idOf(request))
  return row === undefined || row.expires_at <= now ? { state: 'none' } : judge(sealer, row, request)
}

/** Takes the key for this transaction, which keeps its answer before it ends; or finds what was answered before. */
export async function takeKey(tx: Transaction, sealer: Sealer, request: IdempotentRequest): Promise<FoundAnswer> {
  const id = idOf(request)
  await deleteExpiredKey(tx.sql, id, tx.now)
  // Tagged, not hashed: a request may hold a password, and a bare hash of it could be searched as fast as SHA-256 goes.
  const tag = sealer.tag(Buffer.from(request.content), purposeOf(id))
  const row = { id, request_hash: tag.toString('base64url'), expires_at: tx.now + KEPT_MS }
  if (await insertKey(tx.sql, row)) return { state: 'none' }
  const taken = await selectKey(tx.sql, id)
  if (taken === undefined) throw new Error('a key was taken and is not there')
  return judge(sealer, taken, request)
}

/** Keeps what is answered, in the transaction that took the key. */
export async function keepAnswer(tx: Transaction, request: IdempotentRequest, answer: KeptAnswer): Promise<void> {
  const { status, location, body } = answer
  await updateAnswer(tx.sql, { id: idOf(request), status, location: location ?? null, body })
}

/** Forgets answers that are older than a day. */
export function purgeKeptAnswers(tx: Transaction, most: number): Promise<number> {
  return deleteExpiredKeys(tx.sql, tx.now, most)
}

function judge(
  sealer: Sealer,
  { id, request_hash, status, location, body }: IdempotencyRow,
  { content }: IdempotentRequest,
): FoundAnswer {
  const tag = Buffer.from(request_hash, 'base64url')
  if (!sealer.isTagOf(tag, Buffer.from(content), purposeOf(id))) return { state: 'reused' }
  return { state: 'kept', answer: { status, location: location ?? undefined, body } }
}

function idOf({ caller, target, key }: IdempotentRequest): string {
  return hash(JSON.stringify([caller, target, key]))
}

function purposeOf(id: string): string {
  return `idempotency ${id}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
