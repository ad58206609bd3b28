import { listActingOrganizations } from '../../domain/memberships/acting-organization.ts'
import { addMember } from '../../domain/memberships/add-member.ts'
import { createOrganization } from '../../domain/organizations/create-organization.ts'
import { parseOrganization } from '../../domain/organizations/parse-organization.ts'
import { OWNER_ROLE } from '../../domain/roles/role.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'

const MOST_ORGANIZATIONS = 100
const SUFFIX_LENGTH = 8

export type FoundedOrganization =
  | { readonly ok: true; readonly organizationId: string }
  | { readonly ok: false; readonly reason: 'name' | 'too_many_organizations' }

/** Creates an organization that the account owns. People choose a name; the slug is made of it, and is nobody else's. */
export async function foundOrganization(
  tx: Transaction,
  accountId: string,
  name: string,
): Promise<FoundedOrganization> {
  const own = await listActingOrganizations(tx.sql, accountId)
  if (own.length >= MOST_ORGANIZATIONS) return { ok: false, reason: 'too_many_organizations' }
  const actor = `account:${accountId}` as const
  for (const slug of [undefined, randomSlug()]) {
    const parsed = parseOrganization({ name, slug })
    if (!parsed.ok && parsed.reason === 'name') return { ok: false, reason: 'name' }
    const created = parsed.ok ? await createOrganization(tx, parsed.description, actor) : undefined
    if (!created?.ok) continue
    const { id: organizationId } = created.organization
    await addMember(tx, { organizationId, accountId, roles: [OWNER_ROLE] }, actor)
    return { ok: true, organizationId }
  }
  throw new Error('a random slug was taken')
}

function randomSlug(): string {
  const text = Buffer.from(randomId(), 'base64url').toString('hex').slice(0, SUFFIX_LENGTH)
  return `organization-${text}`
}
