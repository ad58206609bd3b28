import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'
import { randomId } from '../../platform/random/random.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { SessionLimits } from '../clients/session-limits.ts'
import { momentAfterRevocations } from '../revocations/moment-after-revocations.ts'
import { BROWSER_SESSION_LIMITS, type Impersonation, type Session } from './session.ts'
import { issueSessionCookie } from './session-cookie.ts'
import { postSession } from './session-store.ts'

export interface SessionOpening {
  readonly accountId: string
  readonly clientId: string
  readonly network: string
  readonly userAgent: string | undefined
  /** RFC 8176: how this server saw the person prove who they are; none where it was elsewhere. */
  readonly methods: readonly string[]
  /** Default: now. */
  readonly authenticatedAt?: EpochMilliseconds | undefined
}

/** What the tokens of an app's session are for. */
export interface SessionGrant {
  /** Where it comes from a browser's session at this server and ends with it. */
  readonly parentId?: string | undefined
  readonly audience: string
  readonly scopes: readonly string[]
  readonly limits: SessionLimits
  /** Absent: its refresh tokens are bound to no key. */
  readonly dpopJkt?: string | undefined
  /** The organization that it acts for, which has been asked (`admitToOrganization`); absent: none. */
  readonly organizationId?: string | undefined
  /** Absent: it gets no refresh token. */
  readonly refreshKeyId: string | undefined
  /** Absent: the person themselves signed in. */
  readonly impersonation?: Impersonation | undefined
}

const NO_GRANT = { audience: undefined, scopes: [], refreshKeyId: undefined }
const LONGEST_USER_AGENT = 256

/** Opens a session for an app: it has an id for its tokens (`sid`), a refresh token of generation 0, and no cookie. */
export async function openSession(tx: Transaction, opening: SessionOpening, grant: SessionGrant): Promise<Session> {
  return insertOpenSession(tx, opening, grant, undefined)
}

/** Opens a session for a browser; the cookie's value is given this once and only its hash is kept. */
export async function openBrowserSession(
  tx: Transaction,
  opening: SessionOpening,
): Promise<{ session: Session; cookie: string }> {
  const { secret, hash } = issueSessionCookie()
  const session = await insertOpenSession(tx, opening, { ...NO_GRANT, limits: BROWSER_SESSION_LIMITS }, hash)
  return { session, cookie: `${session.id}.${secret}` }
}

async function insertOpenSession(
  tx: Transaction,
  { accountId, clientId, network, userAgent, methods, authenticatedAt }: SessionOpening,
  { limits, parentId, ...grant }: Omit<SessionGrant, 'audience'> & Pick<Session, 'audience'>,
  cookieHash: string | undefined,
): Promise<Session> {
  const createdAt = await momentAfterRevocations(tx.sql, { accountId, clientId }, tx.now)
  const { idleMilliseconds, absoluteMilliseconds } = limits
  const session: Session = {
    ...grant,
    id: randomId(),
    accountId,
    clientId,
    network,
    userAgent: userAgent?.slice(0, LONGEST_USER_AGENT),
    createdAt,
    usedAt: createdAt,
    idleMilliseconds,
    absoluteEnd: createdAt + absoluteMilliseconds,
    expiresAt: createdAt + Math.min(idleMilliseconds, absoluteMilliseconds),
    endedAt: undefined,
    generation: 0,
    rotatedAt: createdAt,
    parentId,
    authenticatedAt: authenticatedAt ?? createdAt,
    methods,
  }
  postSession(tx, session, cookieHash)
  const { program, system } = describeUserAgent(userAgent)
  await recordAuditEvent(tx, {
    act: 'session.opened',
    actor: session.impersonation ? `admin:${session.impersonation.administratorId}` : `account:${accountId}`,
    outcome: 'done',
    accountId,
    sessionId: session.id,
    clientId,
    network,
    // The session's row is gone long before anybody looks back at it.
    detail: { ...(program && { program }), ...(system && { system }) },
  })
  return session
}
