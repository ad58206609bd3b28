import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { hasTokenMark, type MarkedSubject, selectLatestMark } from './revocation-mark-store.ts'

/**
 * The moment at which a token or a session of this subject may begin: now, or the millisecond after whatever revoked tokens "up to" a
 * moment. So nothing that is issued after a revocation is ever concerned by it, not even in the same millisecond.
 */
export async function momentAfterRevocations(
  sql: Queries,
  subject: MarkedSubject,
  now: EpochMilliseconds,
): Promise<EpochMilliseconds> {
  const mark = await selectLatestMark(sql, ['a', 'c', 'u', 'r'], subject)
  return mark === undefined ? now : Math.max(now, mark + 1)
}

/** Whether a session that was opened at this moment has been ended by revoking all of its client's, or everything. */
export async function isRevokedWithAll(
  sql: Queries,
  { clientId, openedAt }: { readonly clientId: string; readonly openedAt: EpochMilliseconds },
): Promise<boolean> {
  const mark = await selectLatestMark(sql, ['a', 'c'], { clientId })
  return mark !== undefined && openedAt <= mark
}

/** Whether a token is concerned by what was revoked: itself, or all up to a moment of its account, its client, its session's claims. */
export async function isTokenRevoked(
  sql: Queries,
  token: MarkedSubject & { readonly jti: string; readonly issuedAt: EpochMilliseconds },
): Promise<boolean> {
  if (await hasTokenMark(sql, token.jti)) return true
  const mark = await selectLatestMark(sql, ['a', 'c', 'u', 'r'], token)
  return mark !== undefined && token.issuedAt <= mark
}
