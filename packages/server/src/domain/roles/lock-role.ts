import type { Transaction } from '../../platform/database/database.ts'
import { lockEndedRow, lockRow } from './role-store.ts'

/**
 * Has whoever gives a role to an account, and whoever deletes it, take turns: else an account could keep a role that is no more. False:
 * there is no such role for accounts.
 */
export async function lockRole(tx: Transaction, name: string): Promise<boolean> {
  return (await lockRow(tx.sql, name))?.isForOrganizations === false
}

/** The same of a role for members of organizations. */
export async function lockOrganizationRole(tx: Transaction, name: string): Promise<boolean> {
  return (await lockRow(tx.sql, name))?.isForOrganizations === true
}

/** The same of a role that was deleted, while accounts may still have it. False: it was not, or no account has it any more. */
export async function lockEndedRole(tx: Transaction, name: string): Promise<boolean> {
  return lockEndedRow(tx.sql, name)
}
