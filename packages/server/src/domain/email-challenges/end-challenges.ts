import type { Transaction } from '../../platform/database/database.ts'
import { expireChallenges } from './email-challenge-store.ts'

/** Ends all open challenges of an account: its address or its password is another one now, so what was mailed before opens nothing more. */
export async function endChallenges(tx: Transaction, accountId: string): Promise<void> {
  await expireChallenges(tx.sql, { accountId, now: tx.now })
}
