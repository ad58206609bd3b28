import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { LOGIN_CLIENT_ID } from '../clients/login-client.ts'
import { findPassword } from '../credentials/find-password.ts'
import { findMarks, momentAfter } from '../revocations/moment-after-revocations.ts'

/** How things stood when a login began that waits for a further step. */
export interface LoginStart {
  readonly startedAt: EpochMilliseconds
  /** Null: the account had no password. */
  readonly passwordSetAt: EpochMilliseconds | null
}

/** Notes it, for whoever keeps a login until its next step. */
export async function noteLoginStart(tx: Transaction, accountId: string): Promise<LoginStart> {
  const password = await findPassword(tx.sql, accountId)
  return { startedAt: tx.now, passwordSetAt: password?.setAt ?? null }
}

/** Whether nothing has ended it: the account may log in, has its password still, and was not logged out everywhere meanwhile. */
export async function isLoginStillGood(
  sql: Queries,
  accountId: string,
  { startedAt, passwordSetAt }: LoginStart,
): Promise<boolean> {
  const account = await findAccount(sql, accountId)
  if (account === undefined || account.disabledAt !== undefined) return false
  if (((await findPassword(sql, accountId))?.setAt ?? null) !== passwordSetAt) return false
  return momentAfter(await findMarks(sql, { accountId, clientId: LOGIN_CLIENT_ID }), startedAt) === startedAt
}
