import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockRole } from '../roles/lock-role.ts'
import type { Account } from './account.ts'
import { deleteIdentifier, insertAccount, insertIdentifier } from './account-store.ts'
import { MOST_ROLES_OF_ACCOUNT } from './change-role.ts'
import type { Email } from './parse-email.ts'
import type { Username } from './parse-username.ts'

export interface AccountCreation {
  readonly username: Username
  readonly email?: Email | undefined
  /** Whether it has been shown that the address is its owner's. Default: no. */
  readonly isEmailVerified?: boolean | undefined
  /** As `parseRole` gives them. */
  readonly roles?: readonly string[] | undefined
  readonly actor: Actor
}

export type CreatedAccount =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly reason: 'username_taken' | 'email_taken' | 'too_many_roles' }
  | { readonly ok: false; readonly reason: 'unknown_role'; readonly role: string }

/**
 * Creates an account, without a password as yet. User names and e-mail addresses share one namespace, since both may be
 * typed to log in: a user name that is another's e-mail address is taken. When refused, nothing has been written.
 */
export async function createAccount(tx: Transaction, creation: AccountCreation): Promise<CreatedAccount> {
  const { username, email, isEmailVerified = false, actor } = creation
  const roles = [...new Set(creation.roles)].sort()
  if (roles.length > MOST_ROLES_OF_ACCOUNT) return { ok: false, reason: 'too_many_roles' }
  for (const role of roles) if (!(await lockRole(tx, role))) return { ok: false, reason: 'unknown_role', role }
  const id = `acc_${randomId()}`
  if (!(await insertIdentifier(tx.sql, username.canonical, id))) return { ok: false, reason: 'username_taken' }
  const emailIsFree =
    email === undefined ||
    email.canonical === username.canonical ||
    (await insertIdentifier(tx.sql, email.canonical, id))
  if (!emailIsFree) {
    await deleteIdentifier(tx.sql, username.canonical)
    return { ok: false, reason: 'email_taken' }
  }
  const account: Account = {
    id,
    username: username.text,
    email: email?.text,
    emailVerifiedAt: email !== undefined && isEmailVerified ? tx.now : undefined,
    roles,
    createdAt: tx.now,
    disabledAt: undefined,
    disabledBy: undefined,
    deleteAfter: undefined,
  }
  await insertAccount(tx.sql, account)
  const detail = { roles: account.roles }
  await recordAuditEvent(tx, { act: 'account.created', actor, outcome: 'done', accountId: id, detail })
  return { ok: true, account }
}
