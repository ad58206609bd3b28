import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import type { AuthorizationRequest, PendingRequest } from './authorization-request.ts'
import { insertRequest, markShown, selectPushedRequest } from './authorization-request-store.ts'
import { PENDING_LIFETIME_MS } from './pending-requests.ts'

/** RFC 9126 §2.2: short, 5 to 600 seconds; FAPI 2.0 §5.3.2: less than 600. */
export const PUSHED_LIFETIME_SECONDS = 90

/** RFC 9126 §2.2, of ids with 128 random bits (§7.1: not to be guessed). */
const REQUEST_URI_PREFIX = 'urn:ietf:params:oauth:request_uri:'

/** Keeps a request that a client has pushed until a browser brings its `request_uri`, which is returned. */
export async function pushRequest(tx: Transaction, request: AuthorizationRequest): Promise<string> {
  const id = randomId()
  const pushedUntil = tx.now + PUSHED_LIFETIME_SECONDS * 1000
  await insertRequest(tx.sql, { id, request, pushed_until: pushedUntil, shown_at: null, expires_at: pushedUntil })
  return `${REQUEST_URI_PREFIX}${id}`
}

/** Whether it looks like a `request_uri` that is given out here. */
export function isPushedRequestUri(requestUri: string | undefined): requestUri is string {
  return requestUri?.startsWith(REQUEST_URI_PREFIX) === true
}

/**
 * The request behind a `request_uri`, from now on one that waits for its person. It is the same however often the page is asked for:
 * what is used once is its answer (RFC 9126 §4, §7.3). Absent when it is unknown, over, or another client's.
 */
export async function showPushedRequest(
  tx: Transaction,
  clientId: string,
  requestUri: string,
): Promise<PendingRequest | undefined> {
  const id = requestUri.slice(REQUEST_URI_PREFIX.length)
  if (!/^[\w-]{22}$/.test(id)) return undefined
  await markShown(tx.sql, { id, clientId, now: tx.now, expiresAt: tx.now + PENDING_LIFETIME_MS })
  return selectPushedRequest(tx.sql, { id, clientId, now: tx.now })
}
