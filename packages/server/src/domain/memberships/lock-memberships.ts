import { lockRows } from './membership-store.ts'

/** Waits for whoever opens a session that acts for an organization, and has others wait for this transaction. Gives the members' accounts. */
export const lockMemberships: typeof lockRows = lockRows
