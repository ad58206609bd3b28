import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Organization } from './organization.ts'
import { insertOrganization, insertSlug } from './organization-store.ts'
import type { OrganizationDescription } from './parse-organization.ts'

export type CreatedOrganization =
  | { readonly ok: true; readonly organization: Organization }
  | { readonly ok: false; readonly reason: 'slug_taken' }

/** Creates an organization, without a member as yet. When refused, nothing has been written. */
export async function createOrganization(
  tx: Transaction,
  { name, slug }: OrganizationDescription,
  actor: Actor,
): Promise<CreatedOrganization> {
  const id = `org_${randomId()}`
  if (!(await insertSlug(tx.sql, slug, id))) return { ok: false, reason: 'slug_taken' }
  const organization: Organization = { id, slug, name, createdAt: tx.now, disabledAt: undefined }
  await insertOrganization(tx.sql, organization)
  const detail = { organization: id, slug }
  await recordAuditEvent(tx, { act: 'organization.created', actor, outcome: 'done', detail })
  return { ok: true, organization }
}
