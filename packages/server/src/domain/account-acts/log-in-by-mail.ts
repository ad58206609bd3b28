import type { Transaction } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { verifyEmail } from '../accounts/verify-email.ts'
import { LOGIN_CLIENT_ID } from '../clients/login-client.ts'
import { removePassword } from '../credentials/remove-password.ts'
import type { EmailChallenge } from '../email-challenges/email-challenge.ts'
import { useChallenge } from '../email-challenges/use-challenge.ts'
import { admitVouchedLogin } from '../login/admit-vouched-login.ts'
import { logOutEverywhere } from '../sessions/log-out-everywhere.ts'
import { revokeWaysIn } from './revoke-ways-in.ts'

/**
 * Admits who has proved the address of an account, once. Where it had never been proved, whoever had the account until now has it no longer: their
 * password goes too. False where the challenge was used or is over by now, or is no longer this account's: no
 * session is opened then.
 */
export async function logInByMail(
  tx: Transaction,
  { challenge, network }: { readonly challenge: EmailChallenge; readonly network: string },
): Promise<boolean> {
  const { accountId = '' } = challenge
  if (!(await useChallenge(tx, challenge))) return false
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (!isOpenByMail(account) || canonicalLoginName(account.email) !== challenge.email) return false
  const actor = `account:${accountId}` as const
  if (account.emailVerifiedAt === undefined) {
    await revokeWaysIn(tx, accountId, { actor, network, because: 'address_proved' })
    await removePassword(tx, accountId, actor)
    await logOutEverywhere(tx, accountId, actor)
  }
  await verifyEmail(tx, accountId, { actor })
  const voucher = { by: 'email_login' } as const
  return admitVouchedLogin(tx, { accountId, clientId: LOGIN_CLIENT_ID, network, voucher })
}

/** Whether a mail alone may lead into it: it has an address, and neither an operator nor its owner has closed it. */
export function isOpenByMail(account: Account | undefined): account is Account & { readonly email: string } {
  return account?.email !== undefined && account.disabledAt === undefined
}
