import type { Transaction } from '../../platform/database/database.ts'
import { addRole, type RoleChange, removeRole } from '../accounts/change-role.ts'
import { outdateKeyClaims } from '../api-keys/outdate-key-claims.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { outdateClaims } from '../sessions/outdate-claims.ts'

export interface ChangedRole {
  /** False when the account was so already. */
  readonly changed: boolean
  /** The feed's number by which every guard asks for a refresh. */
  readonly sequence: number
}

/** Gives an account a role or takes one, and has the tokens of its sessions and API keys answered "refresh required" from then on. */
export async function changeRole(tx: Transaction, how: 'add' | 'remove', change: RoleChange): Promise<ChangedRole> {
  const changed = await (how === 'add' ? addRole(tx, change) : removeRole(tx, change))
  if (changed) {
    await outdateClaims(tx, change.accountId)
    await outdateKeyClaims(tx, change.accountId)
  }
  return { changed, sequence: await getFeedSequence(tx.sql) }
}
