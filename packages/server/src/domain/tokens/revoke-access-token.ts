import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { isTokenMarked } from '../revocations/moment-after-revocations.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { LARGEST_LEEWAY_SECONDS } from '../revocations/revocation.ts'
import type { VerifiedIssuedToken } from './verify-issued-token.ts'

/** Revokes one access token, and returns the feed's number. Its session goes on. Again is no error, and writes nothing. */
export async function revokeAccessToken(tx: Transaction, token: VerifiedIssuedToken, actor: Actor): Promise<number> {
  const { jti, subject, clientId, sessionId, claims } = token
  if (await isTokenMarked(tx.sql, jti)) return getFeedSequence(tx.sql)
  const who = { accountId: subject, clientId, sessionId }
  await recordAuditEvent(tx, { ...who, act: 'token.revoked', actor, outcome: 'done', detail: { jti } })
  const forgetAt = claims.exp + 1 + LARGEST_LEEWAY_SECONDS
  return recordRevocations(tx, [{ kind: 'j', identifier: jti, forgetAt }])
}
