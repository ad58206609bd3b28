import type { Transaction } from '../../platform/database/database.ts'
import { deleteExpired } from './device-authorization-store.ts'

/** How long one stays known after it has expired: its device is told so. */
const KEPT_MILLISECONDS = 600_000

export function purgeDeviceAuthorizations(tx: Transaction, most: number): Promise<number> {
  return deleteExpired(tx.sql, tx.now - KEPT_MILLISECONDS, most)
}
