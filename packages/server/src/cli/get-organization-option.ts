import { findOrganization } from '../domain/organizations/find-organization.ts'
import type { Organization } from '../domain/organizations/organization.ts'
import type { Installation } from '../installation.ts'
import { CommandError } from './command.ts'

/** The organization that an option names, by its id or slug. @throws CommandError `unknown_organization` */
export async function getOrganizationOption({ database }: Installation, idOrSlug: string): Promise<Organization> {
  const organization = await findOrganization(database.read, idOrSlug)
  if (organization) return organization
  throw new CommandError(
    'unknown_organization',
    'There is no organization of that id or slug. List them with `ostiary organization list`.',
  )
}
