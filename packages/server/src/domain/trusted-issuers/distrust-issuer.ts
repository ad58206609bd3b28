import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { deleteTrustedIssuer, deleteTrustedSubject, deleteTrustedSubjectsOf } from './trusted-issuer-store.ts'

/** Takes its word no longer: of one subject, or of any. False when it was not taken before. */
export async function distrustIssuer(
  tx: Transaction,
  { issuer, subject }: { readonly issuer: string; readonly subject: string | undefined },
  actor: Actor,
): Promise<boolean> {
  const wasTrusted =
    subject === undefined
      ? await deleteTrustedIssuer(tx.sql, issuer)
      : await deleteTrustedSubject(tx.sql, issuer, subject)
  if (!wasTrusted) return false
  const detail = { issuer, ...(subject !== undefined && { subject }) }
  await recordAuditEvent(tx, { act: 'issuer.distrusted', actor, outcome: 'done', detail })
  return true
}

/** Takes nobody's word any more for a client that is gone. */
export async function distrustSubjectsOf(tx: Transaction, clientId: string, actor: Actor): Promise<void> {
  for (const { issuer, subject } of await deleteTrustedSubjectsOf(tx.sql, clientId)) {
    const detail = { issuer, subject }
    await recordAuditEvent(tx, { act: 'issuer.distrusted', actor, outcome: 'done', clientId, detail })
  }
}
