import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Organization } from './organization.ts'
import { deleteRow, deleteSlug, insertSlug, lockRow, updateRow } from './organization-store.ts'
import type { OrganizationDescription } from './parse-organization.ts'

export type UpdatedOrganization =
  | { readonly ok: true; readonly organization: Organization }
  | { readonly ok: false; readonly reason: 'unknown_organization' | 'slug_taken' }

/** Calls an organization something else; it keeps its id. */
export async function renameOrganization(
  tx: Transaction,
  id: string,
  { name, slug }: OrganizationDescription,
  actor: Actor,
): Promise<UpdatedOrganization> {
  const before = await lockRow(tx.sql, id)
  if (!before) return { ok: false, reason: 'unknown_organization' }
  if (slug !== before.slug) {
    if (!(await insertSlug(tx.sql, slug, id))) return { ok: false, reason: 'slug_taken' }
    await deleteSlug(tx.sql, before.slug)
  }
  const organization = { ...before, name, slug }
  await updateRow(tx.sql, organization)
  const detail = { organization: id, slug }
  await recordAuditEvent(tx, { act: 'organization.updated', actor, outcome: 'done', detail })
  return { ok: true, organization }
}

/**
 * Says whether people may act for an organization. False when it was so already, or when there is none. Sessions that act for it are another
 * room's: who disables one ends them in the same transaction.
 */
export async function setOrganizationDisabled(
  tx: Transaction,
  id: string,
  isDisabled: boolean,
  actor: Actor,
): Promise<boolean> {
  const before = await lockRow(tx.sql, id)
  if (!before || (before.disabledAt !== undefined) === isDisabled) return false
  await updateRow(tx.sql, { ...before, disabledAt: isDisabled ? tx.now : undefined })
  const act = isDisabled ? 'organization.disabled' : 'organization.enabled'
  await recordAuditEvent(tx, { act, actor, outcome: 'done', detail: { organization: id } })
  return true
}

/** Forgets an organization; its slug is free again. False when there is none. Members, invitations and sessions are other rooms'. */
export async function forgetOrganization(tx: Transaction, id: string, actor: Actor): Promise<boolean> {
  const before = await lockRow(tx.sql, id)
  if (!before) return false
  await deleteSlug(tx.sql, before.slug)
  await deleteRow(tx.sql, id)
  const detail = { organization: id, slug: before.slug }
  await recordAuditEvent(tx, { act: 'organization.deleted', actor, outcome: 'done', detail })
  return true
}
