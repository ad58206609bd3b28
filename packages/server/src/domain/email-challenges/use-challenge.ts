import type { Transaction } from '../../platform/database/database.ts'
import type { EmailChallenge } from './email-challenge.ts'
import { lockChallenge, markUsed } from './email-challenge-store.ts'

/** Uses a challenge that has been proved. False when somebody was faster or it is over: then whatever this transaction did must not stand. */
export async function useChallenge(tx: Transaction, { id }: EmailChallenge): Promise<boolean> {
  return markUsed(tx.sql, id, tx.now)
}

/** Whether it can still be used, with whoever else uses it waiting until this transaction ends. */
export async function isChallengeOpen(tx: Transaction, { id }: EmailChallenge): Promise<boolean> {
  const row = await lockChallenge(tx.sql, id)
  return row !== undefined && row.used_at === null && row.expires_at > tx.now
}
