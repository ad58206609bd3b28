import { MOST_ROLES_OF_ACCOUNT } from '../domain/accounts/change-role.ts'
import type { CreatedAccount } from '../domain/accounts/create-account.ts'
import { describeUnknownRole } from '../domain/roles/list-roles.ts'
import type { Installation } from '../installation.ts'

/** Why there is no such account, in a sentence. */
export async function describeRefusedCreation(
  { database }: Installation,
  refused: Extract<CreatedAccount, { ok: false }>,
): Promise<string> {
  switch (refused.reason) {
    case 'unknown_role':
      return describeUnknownRole(database.read, refused.role)
    case 'too_many_roles':
      return `An account has at most ${MOST_ROLES_OF_ACCOUNT} roles, since its tokens carry them.`
    case 'username_taken':
      return 'Another account has that user name already. Choose another one.'
    case 'email_taken':
      return 'Another account has that e-mail address already. Choose another one.'
  }
}
