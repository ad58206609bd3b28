import type { Transaction } from '../../platform/database/database.ts'
import type { Organization } from './organization.ts'
import { lockRow } from './organization-store.ts'

/**
 * Has whoever changes who belongs to an organization, and with which roles, take turns: else two could each remove the other of its last two
 * owners. Called before anything of it is read; absent when there is none.
 */
export async function lockOrganization(tx: Transaction, id: string): Promise<Organization | undefined> {
  return lockRow(tx.sql, id)
}
