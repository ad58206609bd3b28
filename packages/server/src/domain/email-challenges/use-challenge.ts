import type { Transaction } from '../../platform/database/database.ts'
import type { EmailChallenge } from './email-challenge.ts'
import { markUsed } from './email-challenge-store.ts'

/** Uses a challenge that has been proved. False when somebody was faster or it is over: then whatever this transaction did must not stand. */
export async function useChallenge(tx: Transaction, { id }: EmailChallenge): Promise<boolean> {
  return markUsed(tx.sql, id, tx.now)
}
