import { createHash } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { randomId, randomSecret } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { RegistrationPolicy, RegistrationToken } from './registration-token.ts'
import {
  deleteExpired,
  deleteToken,
  insertToken,
  selectTokens,
  selectUsable,
  takeUse,
} from './registration-token-store.ts'

/** How long an expired token is still listed. */
const KEPT_MS = 86_400_000

export interface CreatedRegistrationToken {
  readonly token: RegistrationToken
  /** `oi_` and 256 random bits in base64url, given once. */
  readonly secret: string
}

export async function createRegistrationToken(
  tx: Transaction,
  wanted: { readonly policy: RegistrationPolicy; readonly uses: number; readonly lifetimeMilliseconds: number },
  actor: Actor,
): Promise<CreatedRegistrationToken> {
  const { policy, uses, lifetimeMilliseconds } = wanted
  const expiresAt = tx.now + lifetimeMilliseconds
  const token: RegistrationToken = { id: randomId(), policy, usesLeft: uses, createdAt: tx.now, expiresAt }
  const secret = `oi_${randomSecret()}`
  await insertToken(tx.sql, token, hashToken(secret))
  const detail = { token: token.id, uses, grants: [...policy.grants], scopes: [...policy.scopes] }
  await recordAuditEvent(tx, { act: 'registration_token.created', actor, outcome: 'done', detail })
  return { token, secret }
}

/** The token of this secret that can be used at this moment, without using it. */
export async function findRegistrationToken(
  sql: Queries,
  secret: string,
  now: EpochMilliseconds,
): Promise<RegistrationToken | undefined> {
  return /^oi_[\w-]{43}$/.test(secret) ? selectUsable(sql, hashToken(secret), now) : undefined
}

/** Uses it once. False when somebody else took the last use, or it was revoked meanwhile: then nothing may be registered. */
export async function useRegistrationToken(tx: Transaction, id: string): Promise<boolean> {
  return takeUse(tx.sql, id, tx.now)
}

/** All that were not revoked and have not been expired for a day, the oldest first. */
export const listRegistrationTokens: typeof selectTokens = selectTokens

/** Ends a token; the clients that it registered stay. False when there is none. */
export async function revokeRegistrationToken(tx: Transaction, id: string, actor: Actor): Promise<boolean> {
  if (!(await deleteToken(tx.sql, id))) return false
  await recordAuditEvent(tx, { act: 'registration_token.revoked', actor, outcome: 'done', detail: { token: id } })
  return true
}

export function purgeRegistrationTokens(tx: Transaction, most: number): Promise<number> {
  return deleteExpired(tx.sql, tx.now - KEPT_MS, most)
}

/** A plain hash suffices: there is nothing to guess in 256 random bits. */
function hashToken(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
