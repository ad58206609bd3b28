import type { Transaction } from '../../platform/database/database.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import { changeEmail } from '../accounts/change-email.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { parseEmail } from '../accounts/parse-email.ts'
import { verifyEmail } from '../accounts/verify-email.ts'
import type { EmailChallenge } from '../email-challenges/email-challenge.ts'
import { endChallenges } from '../email-challenges/end-challenges.ts'
import { isChallengeOpen, useChallenge } from '../email-challenges/use-challenge.ts'
import { type Doer, leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'

/**
 * Takes an address that has proved itself: as verified where it is the account's already, instead of the one it had otherwise; the old one is told
 * then, and what was mailed there before opens nothing more. False, and nothing changed, where the challenge was used or is over by now, the
 * account may not log in, or the address has become somebody else's.
 */
export async function takeEmail(
  tx: Transaction,
  notices: NoticeDeps,
  { challenge, doer }: { readonly challenge: EmailChallenge; readonly doer: Doer },
): Promise<boolean> {
  const { accountId = '' } = challenge
  if (!(await isChallengeOpen(tx, challenge))) return false
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  const parsed = parseEmail(challenge.payload.email)
  if (account === undefined || account.disabledAt !== undefined || !parsed.ok) return false
  const actor = `account:${accountId}` as const
  const before = account.email
  const isSame = before !== undefined && canonicalLoginName(before) === challenge.email
  if (challenge.purpose === 'verify_email') {
    if (!isSame) return false
    await useChallenge(tx, challenge)
    await verifyEmail(tx, accountId, { actor })
    return true
  }
  if (!(await changeEmail(tx, account, parsed.email, actor))) return false
  await useChallenge(tx, challenge)
  await endChallenges(tx, accountId)
  const isTold = before !== undefined && !isSame
  if (isTold) await leaveNotice(tx, notices, { accountId, notice: 'email_changed', recipient: before, ...doer })
  return true
}
