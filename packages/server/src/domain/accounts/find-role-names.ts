import { selectRoleNames } from './account-store.ts'

/** The roles that an account has, declared or ending. */
export const findRoleNames: typeof selectRoleNames = selectRoleNames
