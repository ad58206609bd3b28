import type { Account } from '../../domain/accounts/account.ts'
import { profileClaims, type StoredProfile } from '../../domain/profiles/profile.ts'
import { toEpochSeconds } from '../../platform/clock/clock.ts'

/** The claims of a person that a token's scopes stand for; what is not known is left out. @see OpenID Connect Core §5.4 */
export function renderClaims(account: Account, stored: StoredProfile | undefined, scopes: readonly string[]): object {
  return {
    sub: account.id,
    ...(scopes.includes('profile') && renderProfile(account, stored)),
    ...(scopes.includes('email') && renderEmail(account)),
    ...(scopes.includes('phone') && renderPhone(stored)),
    ...(scopes.includes('address') && stored?.profile.address && { address: stored.profile.address }),
  }
}

function renderProfile({ username }: Account, stored: StoredProfile | undefined): object {
  const known = Object.fromEntries(
    profileClaims.flatMap((claim) => {
      const value = stored?.profile[claim]
      return value === undefined ? [] : [[claim, value]]
    }),
  )
  return {
    name: username,
    preferred_username: username,
    ...known,
    ...(stored && { updated_at: toEpochSeconds(stored.updatedAt) }),
  }
}

function renderEmail({ email, emailVerifiedAt }: Account): object {
  return email === undefined ? {} : { email, email_verified: emailVerifiedAt !== undefined }
}

function renderPhone(stored: StoredProfile | undefined): object {
  const { phone_number, phone_number_verified = false } = stored?.profile ?? {}
  return phone_number === undefined ? {} : { phone_number, phone_number_verified }
}
