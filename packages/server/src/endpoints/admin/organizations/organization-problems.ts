import type { ChangedMemberRoles } from '../../../domain/memberships/change-member.ts'
import { MOST_ROLES_OF_MEMBER } from '../../../domain/memberships/organization-roles.ts'
import { describeUnknownRole } from '../../../domain/roles/list-roles.ts'
import type { Queries } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { unknownResource } from '../unknown-resource.ts'

export function slugTaken(): Problem {
  return new Problem({ status: 409, code: 'slug_taken', detail: 'Another organization has that slug.' })
}

export async function refusedRoles(sql: Queries, refused: Exclude<ChangedMemberRoles, { ok: true }>): Promise<Problem> {
  switch (refused.reason) {
    case 'unknown_role':
      return new Problem({
        status: 400,
        code: 'unknown_role',
        detail: await describeUnknownRole(sql, refused.role, 'member'),
      })
    case 'too_many_roles': {
      const detail = `A member has at most ${MOST_ROLES_OF_MEMBER} roles, since their tokens carry them.`
      return new Problem({ status: 409, code: 'too_many_roles', detail })
    }
    case 'last_owner':
      return lastOwner()
    case 'unknown_member':
      return unknownResource('member')
  }
}

function lastOwner(): Problem {
  const detail = 'Nobody else owns the organization. Give somebody else the role owner first.'
  return new Problem({ status: 409, code: 'last_owner', detail })
}
