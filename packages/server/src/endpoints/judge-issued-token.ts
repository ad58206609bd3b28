import type { Account } from '../domain/accounts/account.ts'
import { findAccount } from '../domain/accounts/find-account.ts'
import { isActive } from '../domain/accounts/is-active.ts'
import { findApiKey } from '../domain/api-keys/find-api-key.ts'
import { isApiKeyLive } from '../domain/api-keys/is-api-key-live.ts'
import { isTokenRevoked } from '../domain/revocations/moment-after-revocations.ts'
import { findSession } from '../domain/sessions/find-session.ts'
import { isSessionLive } from '../domain/sessions/is-session-live.ts'
import type { VerifiedIssuedToken } from '../domain/tokens/verify-issued-token.ts'
import type { Clock, EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'

export type JudgedToken =
  /** `account` is absent for a client that acts for itself. */
  { readonly isGood: true; readonly account: Account | undefined } | { readonly isGood: false }

/** What a token itself can't tell: whether it was revoked, and whether its account and its session or key are there still. */
export async function judgeIssuedToken(sql: Queries, clock: Clock, token: VerifiedIssuedToken): Promise<JudgedToken> {
  const { subject, clientId, sessionId, jti, issuedAt } = token
  if (await isTokenRevoked(sql, { accountId: subject, clientId, sessionId, jti, issuedAt })) return { isGood: false }
  if (sessionId !== undefined && !(await isOriginLive(sql, sessionId, clock.now()))) return { isGood: false }
  // RFC 9068 §2.2: a client that acts for itself is the subject.
  if (subject === clientId) return { isGood: true, account: undefined }
  const account = await findAccount(sql, subject)
  return account === undefined || !isActive(account) ? { isGood: false } : { isGood: true, account }
}

/** `sid` names the session that a token came from, or the API key. */
async function isOriginLive(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const session = await findSession(sql, id)
  if (session) return isSessionLive(sql, session, now)
  const key = await findApiKey(sql, id)
  return key !== undefined && isApiKeyLive(sql, key, now)
}
