import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { momentAfterRevocations } from '../revocations/moment-after-revocations.ts'
import type { Session } from './session.ts'
import { issueSessionCookie } from './session-cookie.ts'
import { insertSession } from './session-store.ts'

/** The longest that a browser stays signed in at the server. */
export const BROWSER_SESSION_LIFETIME_MS: number = 12 * 3600 * 1000

export interface SessionOpening {
  readonly accountId: string
  readonly clientId: string
  readonly network: string
  /** How long the session may live. */
  readonly lifetimeMilliseconds: number
}

/** Opens a session for a program: it has an id for its tokens (`sid`) and no cookie. */
export async function openSession(tx: Transaction, opening: SessionOpening): Promise<Session> {
  return insertOpenSession(tx, opening, undefined)
}

/** Opens a session for a browser; the cookie's value is given this once and only its hash is kept. */
export async function openBrowserSession(
  tx: Transaction,
  opening: SessionOpening,
): Promise<{ session: Session; cookie: string }> {
  const { secret, hash } = issueSessionCookie()
  const session = await insertOpenSession(tx, opening, hash)
  return { session, cookie: `${session.id}.${secret}` }
}

async function insertOpenSession(
  tx: Transaction,
  { accountId, clientId, network, lifetimeMilliseconds }: SessionOpening,
  cookieHash: string | undefined,
): Promise<Session> {
  const createdAt = await momentAfterRevocations(tx.sql, { accountId, clientId }, tx.now)
  const session: Session = {
    id: randomId(),
    accountId,
    clientId,
    createdAt,
    expiresAt: createdAt + lifetimeMilliseconds,
    endedAt: undefined,
  }
  await insertSession(tx.sql, session, cookieHash)
  await recordAuditEvent(tx, {
    act: 'session.opened',
    actor: `account:${accountId}`,
    outcome: 'done',
    accountId,
    sessionId: session.id,
    clientId,
    network,
  })
  return session
}
