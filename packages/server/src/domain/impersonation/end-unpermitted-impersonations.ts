import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { endSessions } from '../sessions/end-session.ts'
import { findImpersonationsBy, listImpersonators } from '../sessions/find-impersonations-by.ts'
import { listAdminPermissions } from './list-admin-permissions.ts'

/** Ends what an administrator does as others once no role of theirs permits that any more: every API refuses its tokens within a second. */
export async function endUnpermittedImpersonations(
  tx: Transaction,
  administratorId: string,
  actor: Actor,
): Promise<void> {
  const open = await findImpersonationsBy(tx.sql, administratorId)
  if (open.length === 0) return
  const administrator = await findAccount(tx.sql, administratorId)
  const permissions = administrator ? await listAdminPermissions(tx.sql, administrator) : []
  if (!permissions.includes('accounts:impersonate')) await endSessions(tx, open, actor)
}

/** The same of every administrator: a role permits less than before, or is no more. */
export async function endAllUnpermittedImpersonations(tx: Transaction, actor: Actor): Promise<void> {
  for (const administratorId of await listImpersonators(tx.sql))
    await endUnpermittedImpersonations(tx, administratorId, actor)
}
