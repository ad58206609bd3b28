import type { Transaction } from '../../platform/database/database.ts'
import { deleteAllSights, deleteForgotten, deleteSights } from './known-device-store.ts'
import { EVER_MARK } from './see-device.ts'

/** From now on every browser is new to the account. */
export async function forgetKnownDevices(tx: Transaction, accountId: string): Promise<void> {
  await deleteSights(tx.sql, accountId, EVER_MARK)
}

/** Deletes all that is known of an account that is deleted itself. */
export async function deleteKnownDevices(tx: Transaction, accountId: string): Promise<void> {
  await deleteAllSights(tx.sql, accountId)
}

/** Forgets some of what was not seen for so long that it is no longer known. Returns how many. */
export function purgeKnownDevices(tx: Transaction, most: number): Promise<number> {
  return deleteForgotten(tx.sql, tx.now, most)
}
