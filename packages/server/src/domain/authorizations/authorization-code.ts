import { createHash, timingSafeEqual } from 'node:crypto'
import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findOneTime, issueOneTime, useOneTime } from '../one-time/one-time.ts'
import { endSession } from '../sessions/end-session.ts'
import { findSession } from '../sessions/find-session.ts'
import type { AuthorizationGrant } from './authorization-request.ts'

/** RFC 6749 §4.1.2 recommends 10 minutes at most; FAPI 2.0 §5.3.1.1 a minute. */
const LIFETIME_MS = 60_000

/** What the client shows with the code: RFC 6749 §4.1.3, RFC 7636 §4.5. */
export interface CodePresentation {
  readonly code: string
  readonly clientId: string
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
  /** The thumbprint of the key that the client proves to have. */
  readonly jkt: string | undefined
}

export type CheckedCode =
  | { readonly ok: true; readonly grant: AuthorizationGrant; readonly codeId: string }
  | { readonly ok: false; readonly reason: RefusedCode }

/** Private: the client learns `invalid_grant` and no more. */
export type RefusedCode = 'unknown' | 'expired' | 'used' | 'foreign_client' | 'redirect_uri' | 'verifier' | 'key'

/** Issues the code that answers a request. */
export async function issueAuthorizationCode(tx: Transaction, grant: AuthorizationGrant): Promise<string> {
  return issueOneTime(tx, { kind: 'authorization_code', payload: grant, lifetimeMilliseconds: LIFETIME_MS })
}

/**
 * Checks a code against what is shown with it; `useAuthorizationCode` uses it, in the same transaction. A code that was used before ends
 * the session that came of it, so the caller lets the transaction commit.
 */
export async function checkAuthorizationCode(tx: Transaction, presented: CodePresentation): Promise<CheckedCode> {
  const found = await findOneTime(tx.sql, { kind: 'authorization_code', secret: presented.code, now: tx.now })
  if (found.state === 'used') return endForReuse(tx, found.outcome, presented.clientId)
  if (found.state !== 'unused') return { ok: false, reason: found.state }
  const grant = found.payload as AuthorizationGrant
  if (grant.clientId !== presented.clientId) return { ok: false, reason: 'foreign_client' }
  if (!fitsRedirectUri(grant, presented.redirectUri)) return { ok: false, reason: 'redirect_uri' }
  if (!fitsVerifier(grant.codeChallenge, presented.codeVerifier)) return { ok: false, reason: 'verifier' }
  // RFC 9449 §10: only the key that was announced redeems the code.
  if (grant.dpopJkt !== undefined && grant.dpopJkt !== presented.jkt) return { ok: false, reason: 'key' }
  return { ok: true, grant, codeId: found.id }
}

/** Uses a code for a session. False when a parallel request was faster. */
export async function useAuthorizationCode(tx: Transaction, codeId: string, sessionId: string): Promise<boolean> {
  return useOneTime(tx, codeId, sessionId)
}

/** OAuth 2.1 §4.1.3: no longer needed in the token request, and held to when it is sent. */
function fitsRedirectUri({ redirectUri }: AuthorizationGrant, presented: string | undefined): boolean {
  return presented === undefined || presented === redirectUri
}

/** RFC 7636 §4.1 and §4.6. */
function fitsVerifier(challenge: string, verifier: string | undefined): boolean {
  if (verifier === undefined || !/^[\w.~-]{43,128}$/.test(verifier)) return false
  const computed = createHash('sha256').update(verifier).digest()
  const expected = Buffer.from(challenge, 'base64url')
  return expected.length === computed.length && timingSafeEqual(computed, expected)
}

/** RFC 6749 §4.1.2: whoever has the code as well may have the tokens. */
async function endForReuse(tx: Transaction, sessionId: string, clientId: string): Promise<CheckedCode> {
  const session = await findSession(tx.sql, sessionId)
  // Only the code's own client can show that it leaked; another one with a copy of it could otherwise log people out.
  if (session?.clientId !== clientId) return { ok: false, reason: 'used' }
  const { accountId } = session
  await recordAuditEvent(tx, {
    act: 'authorization_code.reused',
    actor: 'anonymous',
    outcome: 'refused',
    accountId,
    clientId,
    sessionId,
  })
  await endSession(tx, session, 'system')
  return { ok: false, reason: 'used' }
}
