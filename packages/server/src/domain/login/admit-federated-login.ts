import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'

/** A login that an upstream provider vouches for. */
export interface FederatedLogin {
  readonly accountId: string
  readonly upstreamId: string
  readonly clientId: string
  readonly network: string
}

/**
 * Admits it, in the transaction that opens its session and before it does. Nothing is guessed here, so nothing is throttled. Records the
 * audit event either way. False for a disabled account: no session is opened then.
 */
export async function admitFederatedLogin(
  tx: Transaction,
  { accountId, upstreamId, clientId, network }: FederatedLogin,
): Promise<boolean> {
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  const isAdmitted = account !== undefined && account.disabledAt === undefined
  await recordAuditEvent(tx, {
    act: isAdmitted ? 'login.succeeded' : 'login.refused',
    actor: isAdmitted ? `account:${accountId}` : 'anonymous',
    outcome: isAdmitted ? 'done' : 'refused',
    ...{ accountId, clientId, network },
    detail: { upstream: upstreamId, ...(!isAdmitted && { reason: 'disabled_account' }) },
  })
  return isAdmitted
}
