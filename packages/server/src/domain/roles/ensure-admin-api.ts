import type { Database, Transaction } from '../../platform/database/database.ts'
import { ADMIN_AUDIENCE, adminPermissionNames, isAdminApiCurrent, putAdminApi } from '../apis/admin-api.ts'
import { findApi } from '../apis/list-apis.ts'
import type { Acr } from '../assurance/acr.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { ADMIN_ROLE } from './role.ts'
import { deletePermissionsOtherThan, insertPermissions } from './role-store.ts'

/**
 * Brings the Admin API up to date with this version, in steps that any number of instances may take: its permissions, all of which the role
 * `admin` has.
 *
 * @param demand what it requires of people, or nothing in particular. Absent: what it required before.
 */
export async function ensureAdminApi(
  database: Database,
  demand?: { readonly requiredAcr: Acr | undefined },
): Promise<void> {
  const before = await findApi(database.read, ADMIN_AUDIENCE)
  const requiredAcr = demand === undefined ? before?.requiredAcr : demand.requiredAcr
  if (isAdminApiCurrent(before, requiredAcr)) return
  await database.write(async (tx) => {
    await putAdminApi(tx, requiredAcr)
    await permitEverything(tx)
    await recordAuditEvent(tx, {
      ...{ act: before === undefined ? 'api.created' : 'api.changed', actor: 'system', outcome: 'done' },
      detail: { audience: ADMIN_AUDIENCE, require_factor: requiredAcr ?? null },
    })
  })
}

async function permitEverything(tx: Transaction): Promise<void> {
  await deletePermissionsOtherThan(tx.sql, ADMIN_AUDIENCE, adminPermissionNames)
  const permissions = adminPermissionNames.map((permission) => ({ audience: ADMIN_AUDIENCE, permission }))
  await insertPermissions(tx.sql, ADMIN_ROLE, permissions)
}
