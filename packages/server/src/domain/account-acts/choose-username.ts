import type { Transaction } from '../../platform/database/database.ts'
import { changeUsername } from '../accounts/change-username.ts'
import { getAccount } from '../accounts/get-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Username } from '../accounts/parse-username.ts'
import { admitGuess } from '../throttle/admit-guess.ts'
import { countFailure } from '../throttle/record-failure.ts'
import { nameSubject } from '../throttle/throttle-subject.ts'

export type ChosenUsername =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'taken' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Gives a person the name that they have chosen for themselves. Those that are taken are counted, so that nobody lists who has an account. */
export async function chooseUsername(
  tx: Transaction,
  {
    accountId,
    username,
    address,
  }: { readonly accountId: string; readonly username: Username; readonly address: string },
): Promise<ChosenUsername> {
  const subject = nameSubject(accountId, address)
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  await lockAccount(tx, accountId)
  const account = await getAccount(tx.sql, accountId)
  if (await changeUsername(tx, account, username, `account:${accountId}`)) return { ok: true }
  await countFailure(tx, subject)
  return { ok: false, reason: 'taken' }
}
