import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import {
  hasTokenMark,
  type MarkedSubject,
  type RevocationMarks,
  selectClaimMarks,
  selectMarks,
} from './revocation-mark-store.ts'

export type { RevocationMarks }

/** Up to when tokens of this subject were revoked. */
export function findMarks(sql: Queries, subject: MarkedSubject): Promise<RevocationMarks> {
  return selectMarks(sql, subject)
}

/**
 * The moment at which a token or a session of this subject may begin: now, or the millisecond after whatever revoked tokens "up to" a
 * moment. So nothing that is issued after a revocation is ever concerned by it, not even in the same millisecond.
 */
export async function momentAfterRevocations(
  sql: Queries,
  subject: MarkedSubject,
  now: EpochMilliseconds,
): Promise<EpochMilliseconds> {
  return momentAfter(await selectMarks(sql, subject), now)
}

/** The same, of marks that were read already. */
export function momentAfter(marks: RevocationMarks, now: EpochMilliseconds): EpochMilliseconds {
  return Math.max(now, ...Object.values(marks).map((mark) => mark + 1))
}

/** Whether a session that was opened at this moment has been ended by revoking all of its client's, or everything. */
export function isRevokedWithAll({ a, c }: RevocationMarks, openedAt: EpochMilliseconds): boolean {
  return openedAt <= Math.max(a ?? Number.NEGATIVE_INFINITY, c ?? Number.NEGATIVE_INFINITY)
}

/** Whether this very token was revoked. */
export async function isTokenMarked(sql: Queries, jti: string): Promise<boolean> {
  return hasTokenMark(sql, jti)
}

/** Whether a token is concerned by what was revoked: itself, or all up to a moment of its account, its client, its session's claims. */
export async function isTokenRevoked(
  sql: Queries,
  token: MarkedSubject & { readonly jti: string; readonly issuedAt: EpochMilliseconds },
): Promise<boolean> {
  if (await hasTokenMark(sql, token.jti)) return true
  return momentAfter(await selectMarks(sql, token), token.issuedAt) > token.issuedAt
}

/** Up to when the claims of these accounts are outdated. */
export const findClaimMarks: typeof selectClaimMarks = selectClaimMarks
