import { selectNewestAccounts } from './account-store.ts'

/** So many accounts, the newest first. */
export const listAccounts: typeof selectNewestAccounts = selectNewestAccounts
