import type { Transaction } from '../../platform/database/database.ts'
import { deleteAllSights, deleteSights, deleteSightsBefore } from './known-device-store.ts'
import { EVER_MARK, KNOWN_MS } from './see-device.ts'

/** From now on every browser is new to the account. */
export async function forgetKnownDevices(tx: Transaction, accountId: string): Promise<void> {
  await deleteSights(tx.sql, accountId, EVER_MARK)
}

/** Deletes all that is known of an account that is deleted itself. */
export async function deleteKnownDevices(tx: Transaction, accountId: string): Promise<void> {
  await deleteAllSights(tx.sql, accountId)
}

/** Forgets what was not seen for so long that it is no longer known. */
export async function purgeKnownDevices(tx: Transaction): Promise<void> {
  await deleteSightsBefore(tx.sql, tx.now - KNOWN_MS, EVER_MARK)
}
