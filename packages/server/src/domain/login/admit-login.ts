import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findPassword } from '../credentials/find-password.ts'
import { replaceHash } from '../credentials/replace-hash.ts'
import { admitSuccess } from '../throttle/admit-success.ts'
import type { LoginRefusal, VerifiedLogin } from './verify-login.ts'

export type LoginAdmission =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly ok: false; readonly reason: 'refused'; readonly privateReason: LoginRefusal }

/**
 * Admits a verified login, in the transaction that opens its session and before it does. Asks again what may have changed while
 * the password was hashed: the account, its password, the failures of others. Records the audit event either way, so a
 * caller that is refused opens no session and lets the transaction commit.
 */
export async function admitLogin(
  tx: Transaction,
  login: VerifiedLogin,
  clientId?: string | undefined,
): Promise<LoginAdmission> {
  const admission = await decideAdmission(tx, login)
  const { id } = login.account
  await recordAuditEvent(tx, {
    act: admission.ok ? 'login.succeeded' : 'login.refused',
    actor: admission.ok ? `account:${id}` : 'anonymous',
    outcome: admission.ok ? 'done' : 'refused',
    accountId: id,
    clientId,
    network: login.subject.network,
    detail: admission.ok ? {} : { reason: admission.reason === 'refused' ? admission.privateReason : 'throttled' },
  })
  if (admission.ok && login.strongerHash !== undefined)
    await replaceHash(tx, id, login.password.hash, login.strongerHash)
  return admission
}

async function decideAdmission(
  tx: Transaction,
  { account, password, subject }: VerifiedLogin,
): Promise<LoginAdmission> {
  await lockAccount(tx, account.id)
  const accountNow = await findAccount(tx.sql, account.id)
  if (accountNow === undefined || accountNow.disabledAt !== undefined)
    return { ok: false, reason: 'refused', privateReason: 'disabled_account' }
  const passwordNow = await findPassword(tx.sql, account.id)
  if (passwordNow?.setAt !== password.setAt) return { ok: false, reason: 'refused', privateReason: 'password_changed' }
  const throttle = await admitSuccess(tx, subject)
  return throttle.ok ? throttle : { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
}
