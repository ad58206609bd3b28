import type { Database, Transaction } from '../../platform/database/database.ts'
import { type AddedRole, addRole, type RoleChange, removeRole } from '../accounts/change-role.ts'
import { outdateClaimsOfRole } from '../accounts/outdate-claims.ts'
import { settleOutdatedClaims } from '../accounts/settle-outdated-claims.ts'
import type { Api } from '../apis/api.ts'
import { type ApiChange, type ChangedApi, changeApi } from '../apis/change-api.ts'
import type { Actor } from '../audit/audit-event.ts'
import {
  endAllUnpermittedImpersonations,
  endUnpermittedImpersonations,
} from '../impersonation/end-unpermitted-impersonations.ts'
import {
  type ChangedRolePermissions,
  changeRolePermissions,
  dropPermissions,
  findRolesWith,
  type RolePermissionsChange,
} from '../roles/change-role-permissions.ts'
import { type EndedRole, endRole } from '../roles/end-role.ts'
import { lockRole } from '../roles/lock-role.ts'
import { type RoleDemand, setRoleDemand } from '../roles/require-factor.ts'
import { ADMIN_ROLE } from '../roles/role.ts'

/*
 * What changes what accounts may. Each is durable first; then guards are told to have the tokens refreshed that still say what was before, and
 * `sequence` is the feed's number by which all of them have heard of it.
 *
 * What a role permits is changed under the lock of the role `admin`: people who administer hold it from when they are let in, so what they do by
 * the role is over by then, and gives nothing of it back.
 */

type WithSequence<Outcome> = Outcome extends { readonly ok: true } ? Outcome & { readonly sequence: number } : Outcome

/** Gives an account a declared role. */
export function giveRole(database: Database, change: RoleChange): Promise<WithSequence<AddedRole>> {
  return changeAndSettle(database, (tx) => addRole(tx, change))
}

/** Takes a role from an account; that it had it not is no error. Returns the feed's number. */
export async function takeRole(database: Database, change: RoleChange): Promise<number> {
  await database.write((tx) => takeRoleWithin(tx, change))
  return settleOutdatedClaims(database)
}

/** The same within a transaction; `settleOutdatedClaims` has to follow it. Whoever may act as nobody else any more stops at once. */
export async function takeRoleWithin(tx: Transaction, change: RoleChange): Promise<void> {
  if (await removeRole(tx, change)) await endUnpermittedImpersonations(tx, change.accountId, change.actor)
}

/** Changes what a role permits. Only what is taken outdates the tokens of its accounts; what is given comes with their next ones. */
export function updateRole(
  database: Database,
  change: RolePermissionsChange,
  actor: Actor,
): Promise<WithSequence<ChangedRolePermissions>> {
  return changeAndSettle(database, async (tx) => {
    await lockRole(tx, ADMIN_ROLE)
    const changed = await changeRolePermissions(tx, change, actor)
    if (changed.ok && changed.removed.length > 0) await narrowRole(tx, change.role, actor)
    return changed
  })
}

/**
 * What follows, in its transaction, from a role that permits less or is no more: tokens of its accounts are outdated, and whoever may act as nobody
 * else any more stops at once. `settleOutdatedClaims` has to follow it.
 */
export async function narrowRole(tx: Transaction, role: string, actor: Actor): Promise<void> {
  await outdateClaimsOfRole(tx, role)
  await endAllUnpermittedImpersonations(tx, actor)
}

/** Deletes a role, and takes it from every account. */
export function deleteRole(database: Database, name: string, actor: Actor): Promise<WithSequence<EndedRole>> {
  return changeAndSettle(database, async (tx) => {
    await lockRole(tx, ADMIN_ROLE)
    const ended = await endRole(tx, name, actor)
    if (ended.ok) await narrowRole(tx, name, actor)
    return ended
  })
}

/**
 * Has a role demand a factor. The tokens of its accounts are outdated with it, and whichever session has not proved it is not refreshed:
 * its person signs in anew. Undefined: there is no such role.
 */
export async function requireFactorOfRole(database: Database, demand: RoleDemand): Promise<number | undefined> {
  const isDeclared = await database.write(async (tx) => {
    const isDeclared = await setRoleDemand(tx, demand)
    if (isDeclared && demand.acr !== undefined) await outdateClaimsOfRole(tx, demand.role)
    return isDeclared
  })
  return isDeclared ? settleOutdatedClaims(database) : undefined
}

/** Changes an API. What it gives up, roles lose. */
export function updateApi(
  database: Database,
  change: ApiChange,
  actor: Actor,
  check?: (before: Api) => void,
): Promise<WithSequence<ChangedApi>> {
  return changeAndSettle(database, async (tx) => {
    const changed = await changeApi(tx, change, actor, check)
    if (!changed.ok) return changed
    const losing = await dropPermissions(tx, change.audience, changed.removed)
    const narrowed = await findRolesWith(tx, change.audience, changed.narrowed)
    for (const role of new Set([...losing, ...narrowed])) await outdateClaimsOfRole(tx, role)
    return changed
  })
}

async function changeAndSettle<Outcome extends { readonly ok: boolean }>(
  database: Database,
  change: (tx: Transaction) => Promise<Outcome>,
): Promise<WithSequence<Outcome>> {
  const outcome = await database.write(change)
  if (!outcome.ok) return outcome as WithSequence<Outcome>
  return { ...outcome, sequence: await settleOutdatedClaims(database) } as WithSequence<Outcome>
}
