import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'

/** A login of whoever has proved who they are by what others vouch for: their mailbox, an upstream provider, or the code of the first run. */
export interface VouchedLogin {
  readonly accountId: string
  readonly clientId: string
  readonly network: string
  /** What the mail was for, or the provider's id. */
  readonly voucher: { readonly by: 'email_login' | 'recovery' | 'setup' | 'sign_up' } | { readonly upstream: string }
}

/**
 * Admits it, in the transaction that opens its session and before it does. Nothing is guessed here, so nothing is throttled: wrong codes of a mail
 * have been counted before. Records the audit event either way. False for a disabled account: no session is opened then.
 */
export async function admitVouchedLogin(
  tx: Transaction,
  { accountId, clientId, network, voucher }: VouchedLogin,
): Promise<boolean> {
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  const isAdmitted = account !== undefined && account.disabledAt === undefined
  await recordAuditEvent(tx, {
    act: isAdmitted ? 'login.succeeded' : 'login.refused',
    actor: isAdmitted ? `account:${accountId}` : 'anonymous',
    outcome: isAdmitted ? 'done' : 'refused',
    ...{ accountId, clientId, network },
    detail: { ...voucher, ...(!isAdmitted && { reason: 'disabled_account' }) },
  })
  return isAdmitted
}
