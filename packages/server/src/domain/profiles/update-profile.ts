import type { Transaction } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { getAccount } from '../accounts/get-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { verifyEmail } from '../accounts/verify-email.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { ProfileChange } from './parse-profile-change.ts'
import type { Profile } from './profile.ts'
import { selectProfile, upsertProfile } from './profile-store.ts'

/**
 * Sets claims of an account's person and removes those that are undefined; the others stay. Returns what is known then.
 *
 * @throws {Error} where the account was purged meanwhile
 */
export async function updateProfile(
  tx: Transaction,
  account: Account,
  change: ProfileChange,
  actor: Actor,
): Promise<Profile> {
  await lockAccount(tx, account.id)
  // A purge that had the lock leaves nobody of whom anything is to be kept.
  await getAccount(tx.sql, account.id)
  const before = (await selectProfile(tx.sql, account.id))?.profile ?? {}
  const { email_verified: isEmailVerified, ...claims } = change
  // A number that changes is verified anew.
  const isOther = 'phone_number' in claims && claims.phone_number !== before.phone_number
  const merged = {
    ...before,
    ...(isOther && { phone_number_verified: undefined }),
    ...claims,
  }
  if ('email_verified' in change) await verifyEmail(tx, account.id, { isVerified: isEmailVerified === true, actor })
  const known: Profile = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
  await upsertProfile(tx.sql, account.id, known, tx.now)
  const detail = { claims: Object.keys(change) }
  await recordAuditEvent(tx, { act: 'account.profile_updated', actor, outcome: 'done', accountId: account.id, detail })
  return known
}
