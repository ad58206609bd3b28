import type { Queries, Transaction } from '../../platform/database/database.ts'
import { type Acr, highestAcr } from '../assurance/acr.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockRole } from './lock-role.ts'
import { selectRequiredAcrs, updateRequiredAcr } from './role-store.ts'

export interface RoleDemand {
  readonly role: string
  /** Undefined: nothing in particular. */
  readonly acr: Acr | undefined
  readonly actor: Actor
}

/** Has a role demand this of whoever has it, from their next login on. False: there is no such role. */
export async function setRoleDemand(tx: Transaction, { role, acr, actor }: RoleDemand): Promise<boolean> {
  if (!(await lockRole(tx, role))) return false
  await updateRequiredAcr(tx.sql, role, acr)
  await recordAuditEvent(tx, {
    act: 'role.factor_required',
    actor,
    outcome: 'done',
    detail: { role, acr: acr ?? null },
  })
  return true
}

/** The most that one of these roles demands; absent where none demands anything. */
export async function findDemandOfRoles(sql: Queries, roles: readonly string[]): Promise<Acr | undefined> {
  return highestAcr(await selectRequiredAcrs(sql, roles))
}
