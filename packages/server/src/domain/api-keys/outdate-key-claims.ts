import type { Transaction } from '../../platform/database/database.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { selectOpenApiKeys } from './api-key-store.ts'

/**
 * Has the tokens of an account's keys answered "refresh required", since what they say of it is no longer true. Returns the feed's number;
 * undefined when there is no key.
 */
export async function outdateKeyClaims(tx: Transaction, accountId: string): Promise<number | undefined> {
  const keys = await selectOpenApiKeys(tx.sql, { accountId })
  if (keys.length === 0) return undefined
  const forgetAt = await forgetTime(tx.sql, tx.now)
  return recordRevocations(
    tx,
    keys.map(({ id }) => ({ kind: 'r', identifier: id, moment: tx.now, forgetAt })),
  )
}
