import { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction } from '../../platform/database/database.ts'

/** Where an act comes from: the same for all events of one transaction. */
export interface AuditOrigin {
  /** As `parseNetwork` groups it. Absent: not known, such as for a command. */
  readonly network?: string | undefined
  /** The request's id, by which its log line is found. */
  readonly incidentId?: string | undefined
}

const ofTransaction = new WeakMap<Transaction, AuditOrigin>()
const ofRequest = new AsyncLocalStorage<AuditOrigin>()

/** Says where this transaction's acts come from: its events carry it, so that acts need no parameter for it. Goes before the request's own. */
export function setAuditOrigin(tx: Transaction, origin: AuditOrigin): void {
  ofTransaction.set(tx, origin)
}

/** Whatever is written while `act` runs, also after it has waited, comes from there. */
export function withAuditOrigin<T>(origin: AuditOrigin, act: () => T): T {
  return ofRequest.run(origin, act)
}

export function findAuditOrigin(tx: Transaction): AuditOrigin {
  return ofTransaction.get(tx) ?? ofRequest.getStore() ?? {}
}
