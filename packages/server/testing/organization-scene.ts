import { createAccount } from '../src/domain/accounts/create-account.ts'
import { parseEmail } from '../src/domain/accounts/parse-email.ts'
import { parseUsername } from '../src/domain/accounts/parse-username.ts'
import { addMember, type NewMember } from '../src/domain/memberships/add-member.ts'
import { createOrganization } from '../src/domain/organizations/create-organization.ts'
import type { Organization } from '../src/domain/organizations/organization.ts'
import { parseOrganization } from '../src/domain/organizations/parse-organization.ts'
import { createRole } from '../src/domain/roles/create-role.ts'
import type { Database } from '../src/platform/database/database.ts'

/** Makes an account without a password. Returns its id. */
export async function addPerson(database: Database, name: string, address?: string): Promise<string> {
  const username = parseUsername(name)
  const email = address === undefined ? undefined : parseEmail(address)
  if (!username.ok || email?.ok === false) throw new Error('a test names its accounts properly')
  const creation = { username: username.username, email: email?.email, actor: 'cli' as const }
  const created = await database.write((tx) => createAccount(tx, creation))
  if (!created.ok) throw new Error(created.reason)
  return created.account.id
}

/** Declares a role that members of organizations may have. */
export async function addOrganizationRole(database: Database, name: string): Promise<void> {
  const role = { name, description: undefined, isForOrganizations: true }
  const created = await database.write((tx) => createRole(tx, role, 'cli'))
  if (!created.ok) throw new Error(created.reason)
}

/** Makes an organization whose slug follows from its name. */
export async function addOrganization(
  database: Database,
  name: string,
  members: readonly Omit<NewMember, 'organizationId'>[] = [],
): Promise<Organization> {
  const parsed = parseOrganization({ name })
  if (!parsed.ok) throw new Error(parsed.sentence)
  return database.write(async (tx) => {
    const created = await createOrganization(tx, parsed.description, 'cli')
    if (!created.ok) throw new Error(created.reason)
    const { organization } = created
    for (const member of members) await addMember(tx, { ...member, organizationId: organization.id }, 'cli')
    return organization
  })
}
