import { deleteRoleOfMembers, selectMembersWithRole, selectOthersWithRole } from './membership-store.ts'

/** Accounts that have a role within some organization, by their ids, after one of them: whose claims a change of the role outdates. */
export const listMembersWithRole: typeof selectMembersWithRole = selectMembersWithRole

/** Takes a role that was deleted from the members within (after, upTo]. */
export const takeRoleFromMembers: typeof deleteRoleOfMembers = deleteRoleOfMembers

/** Accounts that have a role within one organization, beside one of its members. */
export const listOthersWithRole: typeof selectOthersWithRole = selectOthersWithRole
