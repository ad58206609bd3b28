import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockClient } from './change-client.ts'
import type { Client } from './client.ts'
import { deletePreviousSecret, replaceSecret, selectClient } from './client-store.ts'
import { hashClientSecret } from './hash-client-secret.ts'
import { parseDuration } from './parse-duration.ts'

/** How long the secret before is taken as well, unless something else is said: long enough to bring the new one everywhere. */
export const DEFAULT_OVERLAP = '24h'
const LONGEST_OVERLAP_MS = 30 * 24 * 3_600_000

export const OVERLAP_SENTENCE =
  'The overlap is a duration such as 90m, 24h or 7d, 30 days at most; or 0, where the secret until now has leaked.'

/** In milliseconds; undefined for what is none. */
export function parseOverlap(text: string): number | undefined {
  if (/^0[smhd]?$/.test(text)) return 0
  const milliseconds = parseDuration(text)
  return milliseconds !== undefined && milliseconds <= LONGEST_OVERLAP_MS ? milliseconds : undefined
}

export type RefusedSecret = {
  readonly ok: false
  readonly reason: 'unknown_client' | 'public_client' | 'client_has_keys'
}

export type RotatedSecret =
  | {
      readonly ok: true
      readonly client: Client
      /** base64url of 32 random bytes, given once. */
      readonly secret: string
      /** Until when the one before is taken as well; undefined: not any more. */
      readonly previousUntil: EpochMilliseconds | undefined
    }
  | RefusedSecret

/**
 * Gives a confidential client another secret. The one until now is good for the overlap, so that every instance of the client can change over; one
 * that was still good beside it ends: there are never more than two. With an overlap of 0 nothing but the new one is good, at once.
 *
 * Tokens and sessions that somebody got with the old secret are not concerned: they are revoked with the client's.
 */
export async function rotateClientSecret(
  tx: Transaction,
  id: string,
  { overlapMilliseconds }: { readonly overlapMilliseconds: number },
  actor: Actor,
): Promise<RotatedSecret> {
  const client = await lockClient(tx, id)
  const refused = refuseSecret(client)
  if (!client || refused) return refused ?? { ok: false, reason: 'unknown_client' }
  const hasSecret = (await selectClient(tx.sql, id))?.hashes.current !== undefined
  const previousUntil = hasSecret && overlapMilliseconds > 0 ? tx.now + overlapMilliseconds : undefined
  const secret = randomSecret()
  await replaceSecret(tx.sql, id, { hash: hashClientSecret(secret), setAt: tx.now, previousUntil })
  const detail = { previous_until: previousUntil ?? null }
  await recordAuditEvent(tx, { act: 'client.secret_rotated', actor, outcome: 'done', clientId: id, detail })
  return { ok: true, client, secret, previousUntil }
}

/** Ends the secret before the current one, though its overlap is not over. That there is none is no error. */
export async function endPreviousSecret(
  tx: Transaction,
  id: string,
  actor: Actor,
): Promise<{ readonly ok: true; readonly client: Client; readonly hasEnded: boolean } | RefusedSecret> {
  const client = await lockClient(tx, id)
  const refused = refuseSecret(client)
  if (!client || refused) return refused ?? { ok: false, reason: 'unknown_client' }
  const previous = (await selectClient(tx.sql, id))?.hashes.previous
  const hasEnded = previous !== undefined && previous.until > tx.now
  if (hasEnded) {
    await deletePreviousSecret(tx.sql, id)
    await recordAuditEvent(tx, { act: 'client.secret_ended', actor, outcome: 'done', clientId: id })
  }
  return { ok: true, client, hasEnded }
}

function refuseSecret(client: Client | undefined): RefusedSecret | undefined {
  if (!client) return { ok: false, reason: 'unknown_client' }
  if (client.type === 'public') return { ok: false, reason: 'public_client' }
  return client.keys === undefined ? undefined : { ok: false, reason: 'client_has_keys' }
}
