import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { CONCURRENT_MS } from '../revocations/revocation.ts'

/** All tokens and sessions of a client, or all there are. */
type Concerned = { readonly kind: 'c'; readonly identifier: string } | { readonly kind: 'a' }

/**
 * Runs a unit of work that records, by `recordUpToNow`, that what was issued until now is revoked; undefined when it does not. Where it waited for another revocation, or
 * for a disk or a standby, tokens that were issued meanwhile may be dated after its record by who could not see it yet. Now that everybody sees it, one more record
 * concerns all of them.
 */
export async function revokeUpToNow<T extends { readonly sequence: number } | undefined>(
  database: Database,
  { concerned, actor }: { readonly concerned: Concerned; readonly actor: Actor },
  unit: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let recordedAt = 0
  const done = await database.write((tx) => {
    recordedAt = tx.now
    return unit(tx)
  })
  if (done === undefined) return done
  const sequence = await database.write(async (tx) =>
    tx.now <= recordedAt + CONCURRENT_MS ? undefined : auditAndRecordUpToNow(tx, concerned, actor),
  )
  return sequence === undefined ? done : { ...done, sequence }
}

/** Audits what `recordUpToNow` records. */
export async function auditAndRecordUpToNow(tx: Transaction, concerned: Concerned, actor: Actor): Promise<number> {
  const clientId = concerned.kind === 'c' ? concerned.identifier : undefined
  const act = concerned.kind === 'c' ? 'client.revoked' : 'everything.revoked'
  await recordAuditEvent(tx, { act, actor, outcome: 'done', clientId })
  return recordUpToNow(tx, concerned)
}

/** Records that what was issued until now is revoked. Returns the record's number. */
export async function recordUpToNow(tx: Transaction, concerned: Concerned): Promise<number> {
  const forgetAt = await forgetTime(tx.sql, tx.now)
  return recordRevocations(tx, [{ ...concerned, moment: tx.now + CONCURRENT_MS, forgetAt }])
}
