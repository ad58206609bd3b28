import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { insertIdentity } from './federated-identity-store.ts'

export interface IdentityLink {
  readonly issuer: string
  readonly subject: string
  /** Its holder has proved to be that, or the account was made for the identity. */
  readonly accountId: string
  readonly network: string
}

/** Makes an identity an account's. False when it is somebody's by now: then nothing has been written. */
export async function linkIdentity(
  tx: Transaction,
  { issuer, subject, accountId, network }: IdentityLink,
): Promise<boolean> {
  const isNew = await insertIdentity(tx.sql, { issuer, subject, accountId, linkedAt: tx.now, lastUsedAt: tx.now })
  if (!isNew) return false
  await recordAuditEvent(tx, {
    ...{ act: 'federated_identity.linked', actor: `account:${accountId}`, outcome: 'done', accountId, network },
    detail: { issuer, subject },
  })
  return true
}
