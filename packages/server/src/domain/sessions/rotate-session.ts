import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { isSameResource } from '../apis/is-same-resource.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { admitToOrganization } from '../memberships/acting-organization.ts'
import type { RefreshKey } from '../refresh-keys/refresh-key-ring.ts'
import { findMarks, momentAfter } from '../revocations/moment-after-revocations.ts'
import { endSession } from './end-session.ts'
import { isLive } from './is-session-live.ts'
import type { RefreshTokenContent } from './refresh-token.ts'
import type { Session } from './session.ts'
import { advanceGeneration, selectSession, updateOrganization } from './session-store.ts'

/** How long the token before the current one still gives the current one: for retries, lost answers and several tabs. */
const REUSE_WINDOW_MS = 30_000

export type RefusedRotation =
  | 'session_ended'
  | 'reused'
  | 'history_lost'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_organization'
  | 'foreign_key'

/** What the new access token shall be for. Absent: all that the session is for. */
export interface WantedAccess {
  readonly audience?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** The id or slug of the organization that the session acts for from now on. */
  readonly organization?: string | undefined
  /** Whether it may be another one than before: a person has to agree that a stranger's app acts for it. */
  readonly maySwitchOrganization?: boolean | undefined
  /** The thumbprint of the key that the client proves to have. */
  readonly jkt?: string | undefined
}

export type Rotation =
  | {
      readonly ok: true
      /** Its generation is that of the token to be given. */
      readonly session: Session
      readonly wasRotated: boolean
      /** When an access token of it may begin: after whatever was revoked up to a moment. */
      readonly moment: EpochMilliseconds
    }
  | { readonly ok: false; readonly reason: RefusedRotation }

/**
 * Takes a genuine refresh token and moves its session to the next generation, once: whoever presents the same token within 30
 * seconds gets the same successor. An older one means that somebody has a copy: the session is ended, everywhere, and no other.
 *
 * A refusal is audited here, so the caller lets the transaction commit.
 *
 * @see RFC 9700 §4.14.2
 */
export async function rotateSession(
  tx: Transaction,
  presented: RefreshTokenContent,
  newestKey: RefreshKey,
  wanted: WantedAccess = {},
): Promise<Rotation> {
  const session = (await selectSession(tx.sql, presented.sessionId))?.session
  if (session === undefined) return { ok: false, reason: 'session_ended' }
  const marks = await findMarks(tx.sql, { ...session, sessionId: session.id })
  if (!isLive(session, marks, tx.now)) return { ok: false, reason: 'session_ended' }
  // Before all else: who has not the key learns nothing, and ends nobody's session.
  if (session.dpopJkt !== undefined && wanted.jkt !== session.dpopJkt) return refuseForeignKey(tx, session)
  const misfit = findMisfit(session, wanted)
  if (misfit !== undefined) return { ok: false, reason: misfit }
  const acting = await findActing(tx, session, wanted)
  if (!acting.ok) return acting
  const { organizationId } = acting
  const moment = momentAfter(marks, Math.max(tx.now, session.createdAt))
  if (presented.generation === session.generation) {
    const next = { ...advance(session, newestKey, tx.now), organizationId }
    const rotated = await advanceGeneration(tx.sql, next, session.generation)
    // Somebody was faster, on another connection: then the token is the one before the current.
    return rotated === undefined
      ? rotateSession(tx, presented, newestKey, wanted)
      : { ok: true, session: await recordSwitch(tx, session, rotated), wasRotated: true, moment }
  }
  const isOneBehind = presented.generation === session.generation - 1
  if (isOneBehind && tx.now - session.rotatedAt <= REUSE_WINDOW_MS) {
    if (organizationId !== session.organizationId) await updateOrganization(tx.sql, session.id, organizationId)
    const repeated = await recordSwitch(tx, session, { ...session, organizationId })
    return { ok: true, session: repeated, wasRotated: false, moment }
  }
  return endForMisuse(tx, session, presented.generation)
}

/** RFC 6749 §6: a scope may narrow and never widen. RFC 8707 §2.2: the target is one that was granted. */
function findMisfit(session: Session, { audience, scopes = [] }: WantedAccess): RefusedRotation | undefined {
  if (audience !== undefined && !isSameResource(audience, session.audience)) return 'invalid_target'
  return scopes.every((scope) => session.scopes.includes(scope)) ? undefined : 'invalid_scope'
}

type Acting = { readonly ok: true; readonly organizationId: string | undefined } | Extract<Rotation, { ok: false }>

/** Whoever ends its membership waits until this transaction is over, and then finds the session. */
async function findActing(
  tx: Transaction,
  { accountId, organizationId }: Session,
  { organization, maySwitchOrganization = false }: WantedAccess,
): Promise<Acting> {
  if (organization === undefined) return { ok: true, organizationId }
  const acting = await admitToOrganization(tx, accountId, organization)
  if (!acting || (acting.id !== organizationId && !maySwitchOrganization))
    return { ok: false, reason: 'invalid_organization' }
  return { ok: true, organizationId: acting.id }
}

async function recordSwitch(tx: Transaction, before: Session, after: Session): Promise<Session> {
  const { id: sessionId, accountId, clientId, organizationId: organization } = after
  if (organization === before.organizationId) return after
  const detail = { organization: organization ?? null, before: before.organizationId ?? null }
  const actor = `account:${accountId}` as const
  const who = { actor, accountId, clientId, sessionId }
  await recordAuditEvent(tx, { act: 'session.organization_changed', ...who, outcome: 'done', detail })
  return after
}

/** RFC 9449 §5: a refresh token of a public client is bound to the key. Who presents it without has a copy. */
async function refuseForeignKey(tx: Transaction, { id: sessionId, accountId, clientId }: Session): Promise<Rotation> {
  await recordAuditEvent(tx, {
    act: 'session.foreign_key',
    actor: 'anonymous',
    outcome: 'refused',
    accountId,
    clientId,
    sessionId,
  })
  return { ok: false, reason: 'foreign_key' }
}

function advance(session: Session, { id }: RefreshKey, now: number): Session {
  return {
    ...session,
    generation: session.generation + 1,
    rotatedAt: now,
    usedAt: now,
    expiresAt: Math.min(session.absoluteEnd, now + session.idleMilliseconds),
    refreshKeyId: id,
  }
}

/**
 * An older token is a copy's. One from the future can't be forged, so the database was restored from a backup, and nobody knows what
 * became of the session since: whoever holds it logs in again.
 */
async function endForMisuse(tx: Transaction, session: Session, generation: number): Promise<Rotation> {
  const reason = generation > session.generation ? 'history_lost' : 'reused'
  const { id: sessionId, accountId, clientId } = session
  await recordAuditEvent(tx, {
    act: reason === 'reused' ? 'session.refresh_reused' : 'session.history_lost',
    actor: 'anonymous',
    outcome: 'refused',
    accountId,
    clientId,
    sessionId,
    detail: { presented: generation, current: session.generation },
  })
  await endSession(tx, session, 'system')
  return { ok: false, reason }
}
