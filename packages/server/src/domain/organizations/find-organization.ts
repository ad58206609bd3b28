import type { Queries } from '../../platform/database/database.ts'
import { isOrganizationId, type Organization } from './organization.ts'
import {
  selectIdOfSlug,
  selectNewestOrganizations,
  selectOrganization,
  selectOrganizationPage,
  selectOrganizations,
} from './organization-store.ts'

/** The organization of this id or slug, disabled or not; absent when there is none. Any text may be asked for. */
export async function findOrganization(sql: Queries, idOrSlug: string): Promise<Organization | undefined> {
  const id = isOrganizationId(idOrSlug) ? idOrSlug : await selectIdOfSlug(sql, idOrSlug)
  return id === undefined ? undefined : selectOrganization(sql, id)
}

/** Those of these ids, in no particular order; ids of none are left out. */
export const findOrganizations: typeof selectOrganizations = selectOrganizations

/** So many organizations, the newest first. */
export const listOrganizations: typeof selectNewestOrganizations = selectNewestOrganizations

/** A page of them, the latest first. */
export const pageOrganizations: typeof selectOrganizationPage = selectOrganizationPage
