import { listMemberships } from '../memberships/find-membership.ts'
import { forgetMemberships } from '../memberships/forget-memberships.ts'
import { findOrganization } from '../organizations/find-organization.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** Which organizations the person belongs to. */
export const keptMemberships: KeptData = {
  tables: ['membership', 'membership_role'],
  given: [
    {
      member: 'organizations',
      async *many(sql, accountId) {
        for (const { organizationId, roles, joinedAt, invitedAs = null } of await listMemberships(sql, accountId)) {
          const name = (await findOrganization(sql, organizationId))?.name ?? null
          yield { id: organizationId, name, roles, joined_at: writeMoment(joinedAt), invited_as: invitedAs }
        }
      },
    },
  ],
  purged: purgeAtOnce(forgetMemberships),
}
