import { selectAccounts } from './account-store.ts'

/** Those of these ids that there are, by id. */
export const findAccounts: typeof selectAccounts = selectAccounts
