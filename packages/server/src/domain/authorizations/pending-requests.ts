import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import type { AuthorizationRequest, PendingRequest } from './authorization-request.ts'
import {
  deleteExpiredRequests,
  insertRequest,
  markAnswered,
  selectRequest,
  updateOrganization,
} from './authorization-request-store.ts'

/** How long a person may take to sign in and to agree. */
export const PENDING_LIFETIME_MS = 3_600_000

/** Keeps a request until the person has answered. Returns it with its id, which is all that pages carry along. */
export async function keepRequest(tx: Transaction, request: AuthorizationRequest): Promise<PendingRequest> {
  const id = randomId()
  const expiresAt = tx.now + PENDING_LIFETIME_MS
  await insertRequest(tx.sql, { id, request, pushed_until: null, shown_at: tx.now, expires_at: expiresAt })
  return { id, request, shownAt: tx.now, organizationId: undefined, isAnswered: false }
}

/** The request of this id, answered or not; absent when there is none any more. */
export async function findRequest(
  sql: Queries,
  id: string,
  now: EpochMilliseconds,
): Promise<PendingRequest | undefined> {
  return /^[\w-]{22}$/.test(id) ? selectRequest(sql, id, now) : undefined
}

/** Remembers which organization the person has chosen, for this request alone. */
export async function chooseOrganization(tx: Transaction, id: string, organizationId: string): Promise<void> {
  await updateOrganization(tx.sql, id, organizationId)
}

/** Closes a request. False when it was answered before, in another tab. */
export async function answerRequest(tx: Transaction, id: string): Promise<boolean> {
  return markAnswered(tx.sql, id, tx.now)
}

export function purgeRequests(tx: Transaction, most: number): Promise<number> {
  return deleteExpiredRequests(tx.sql, tx.now, most)
}
