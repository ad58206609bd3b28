import type { Transaction } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { createAccount } from '../accounts/create-account.ts'
import type { Email } from '../accounts/parse-email.ts'
import type { Username } from '../accounts/parse-username.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { setPassword } from '../credentials/set-password.ts'
import { lockRole } from '../roles/lock-role.ts'
import { ADMIN_ROLE } from '../roles/role.ts'
import { isSetUp } from './is-set-up.ts'
import { isSetupCode } from './setup-code.ts'
import { deleteCode } from './setup-store.ts'

export interface FirstAdministrator {
  /** The code, as it was typed. */
  readonly typed: string
  readonly username: Username
  readonly email: Email
  readonly hash: PasswordHash
  readonly network: string
}

export type MadeAdministrator =
  | { readonly ok: true; readonly account: Account }
  /** There is an administrator. */
  | { readonly ok: false; readonly reason: 'set_up' }
  | { readonly ok: false; readonly reason: 'wrong_code' | 'username_taken' | 'email_taken' }

/** Uses the code up and makes the account, with its role and its password. Where it is refused nothing has been written. */
export async function makeFirstAdministrator(
  tx: Transaction,
  { typed, username, email, hash, network }: FirstAdministrator,
): Promise<MadeAdministrator> {
  // So that of many at once one is first, and none comes beside an administrator of the command line.
  if (!(await lockRole(tx, ADMIN_ROLE))) throw new Error('the role admin is missing')
  if (await isSetUp(tx.sql)) return { ok: false, reason: 'set_up' }
  if (!(await isSetupCode(tx.sql, typed, tx.now))) return { ok: false, reason: 'wrong_code' }
  const created = await createAccount(tx, { username, email, roles: [ADMIN_ROLE], actor: 'anonymous' })
  if (!created.ok) {
    if (created.reason === 'username_taken' || created.reason === 'email_taken')
      return { ok: false, reason: created.reason }
    throw new Error(`the first administrator: ${created.reason}`)
  }
  await deleteCode(tx.sql)
  const { id } = created.account
  await setPassword(tx, id, hash, `account:${id}`)
  const entry = { act: 'setup.completed', actor: `account:${id}`, outcome: 'done', accountId: id, network } as const
  await recordAuditEvent(tx, entry)
  return { ok: true, account: created.account }
}
