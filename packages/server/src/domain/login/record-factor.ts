import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Factor } from './factor.ts'

export interface TriedFactor {
  readonly accountId: string
  readonly factor: Factor
  readonly network: string
  readonly isProved: boolean
}

/** Records that a second factor was proved, or was not. */
export async function recordFactor(
  tx: Transaction,
  { accountId, factor, network, isProved }: TriedFactor,
): Promise<void> {
  await recordAuditEvent(tx, {
    act: isProved ? 'factor.used' : 'factor.refused',
    actor: isProved ? `account:${accountId}` : 'anonymous',
    outcome: isProved ? 'done' : 'refused',
    ...{ accountId, network, detail: { factor } },
  })
}
