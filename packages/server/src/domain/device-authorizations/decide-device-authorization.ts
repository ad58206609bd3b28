import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { keepClient } from '../clients/keep-client.ts'
import { recordConsent } from '../consents/consents.ts'
import { momentAfterRevocations } from '../revocations/moment-after-revocations.ts'
import type { Session } from '../sessions/session.ts'
import type { DeviceAuthorization } from './device-authorization.ts'
import { selectPending, updateDecision } from './device-authorization-store.ts'
import { hashDeviceSecret } from './hash-device-secret.ts'

/** What waits for a decision under a user code as `parseTypedCode` gives it; absent when it is unknown, expired or decided. */
export async function findPendingDevice(
  sql: Queries,
  userCode: string,
  now: EpochMilliseconds,
): Promise<DeviceAuthorization | undefined> {
  return selectPending(sql, hashDeviceSecret(userCode), now)
}

export interface DeviceDecision {
  readonly isAllowed: boolean
  /** The browser's session of the person who decides. */
  readonly session: Session
  /** Of their browser. */
  readonly network: string
}

/** Decides what waits under a user code, once; absent when nothing does, or not any more. What is allowed is remembered as a consent. */
export async function decideDeviceAuthorization(
  tx: Transaction,
  userCode: string,
  { isAllowed, session, network }: DeviceDecision,
): Promise<DeviceAuthorization | undefined> {
  const hash = hashDeviceSecret(userCode)
  const pending = await selectPending(tx.sql, hash, tx.now)
  if (!pending) return undefined
  const { clientId, audience, scopes } = pending
  const { accountId, authenticatedAt, methods, id: browserSessionId } = session
  const decidedAt = await momentAfterRevocations(tx.sql, { accountId, clientId }, tx.now)
  const grant = isAllowed ? { accountId, authenticatedAt, methods, browserSessionId } : undefined
  const decided = await updateDecision(tx.sql, hash, { now: tx.now, decidedAt, grant })
  // Another tab was faster.
  if (!decided) return undefined
  if (isAllowed) {
    await keepClient(tx, clientId)
    await recordConsent(tx, { accountId, clientId, audience }, scopes)
  }
  await recordAuditEvent(tx, {
    act: isAllowed ? 'device_authorization.granted' : 'device_authorization.denied',
    actor: `account:${accountId}`,
    outcome: isAllowed ? 'done' : 'refused',
    accountId,
    clientId,
    network,
    detail: { audience, scopes: [...scopes], device_network: decided.network },
  })
  return decided
}
