import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Organization } from './organization.ts'

type OrganizationTables = {
  organization: { id: string; slug: string; name: string; created_at: number; disabled_at: number | null }
  // Whose slug it is: a table of its own, so that organizations can be distributed by their id.
  organization_slug: { slug: string; organization_id: string }
}

/** Takes a slug for an organization. False, and nothing written, when it is taken already. */
export async function insertSlug(sql: Queries, slug: string, organizationId: string): Promise<boolean> {
  const inserted = await sql
    .withTables<OrganizationTables>()
    .insertInto('organization_slug')
    .values({ slug, organization_id: organizationId })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning('slug')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function deleteSlug(sql: Queries, slug: string): Promise<void> {
  await sql.withTables<OrganizationTables>().deleteFrom('organization_slug').where('slug', '=', slug).execute()
}

export async function insertOrganization(sql: Queries, organization: Organization): Promise<void> {
  const { id, slug, name, createdAt, disabledAt } = organization
  await sql
    .withTables<OrganizationTables>()
    .insertInto('organization')
    .values({ id, slug, name, created_at: createdAt, disabled_at: disabledAt ?? null })
    .execute()
}

export async function selectOrganization(sql: Queries, id: string): Promise<Organization | undefined> {
  const row = await sql
    .withTables<OrganizationTables>()
    .selectFrom('organization')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toOrganization(row)
}

export async function selectOrganizations(sql: Queries, ids: readonly string[]): Promise<Organization[]> {
  if (ids.length === 0) return []
  const rows = await sql
    .withTables<OrganizationTables>()
    .selectFrom('organization')
    .selectAll()
    .where('id', 'in', ids)
    .execute()
  return rows.map(toOrganization)
}

export async function selectIdOfSlug(sql: Queries, slug: string): Promise<string | undefined> {
  const row = await sql
    .withTables<OrganizationTables>()
    .selectFrom('organization_slug')
    .select('organization_id')
    .where('slug', '=', slug)
    .executeTakeFirst()
  return row?.organization_id
}

export async function selectNewestOrganizations(sql: Queries, limit: number): Promise<Organization[]> {
  const organizations = sql.withTables<OrganizationTables>().selectFrom('organization').selectAll()
  const rows = await organizations.orderBy('created_at', 'desc').orderBy('id').limit(limit).execute()
  return rows.map(toOrganization)
}

/** Some of them, the latest first: those that stand after one. */
export async function selectOrganizationPage(
  sql: Queries,
  { after, most }: { readonly after: Pick<Organization, 'createdAt' | 'id'> | undefined; readonly most: number },
): Promise<Organization[]> {
  let organizations = sql.withTables<OrganizationTables>().selectFrom('organization').selectAll()
  if (after !== undefined)
    organizations = organizations
      .where('created_at', '<=', after.createdAt)
      .where((where) => where.or([where('created_at', '<', after.createdAt), where('id', '<', after.id)]))
  const rows = await organizations.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(most).execute()
  return rows.map(toOrganization)
}

/** Has whoever changes it wait until this transaction ends, and gives it as it is then. SQLite has no SELECT … FOR UPDATE. */
export async function lockRow(sql: Queries, id: string): Promise<Organization | undefined> {
  const row = await sql
    .withTables<OrganizationTables>()
    .updateTable('organization')
    .set(({ ref }) => ({ disabled_at: ref('disabled_at') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toOrganization(row)
}

export async function updateRow(
  sql: Queries,
  { id, slug, name, disabledAt }: Pick<Organization, 'id' | 'slug' | 'name' | 'disabledAt'>,
): Promise<void> {
  await sql
    .withTables<OrganizationTables>()
    .updateTable('organization')
    .set({ slug, name, disabled_at: disabledAt ?? null })
    .where('id', '=', id)
    .execute()
}

export async function deleteRow(sql: Queries, id: string): Promise<void> {
  await sql.withTables<OrganizationTables>().deleteFrom('organization').where('id', '=', id).execute()
}

function toOrganization(row: OrganizationTables['organization']): Organization {
  const disabledAt: EpochMilliseconds | undefined = row.disabled_at ?? undefined
  return { id: row.id, slug: row.slug, name: row.name, createdAt: row.created_at, disabledAt }
}
