import type { Transaction } from '../../platform/database/database.ts'
import { deleteExpired } from './device-authorization-store.ts'

/** How long one stays known after it has expired: its device is told so. */
const KEPT_MILLISECONDS = 600_000

export async function purgeDeviceAuthorizations(tx: Transaction): Promise<void> {
  await deleteExpired(tx.sql, tx.now - KEPT_MILLISECONDS)
}
