import type { Passkey } from './passkey.ts'

/**
 * How a login with a passkey is written down (RFC 8176 §2): `hwk` for a key that stays on its device, `swk` for one that is synced; and,
 * where its authenticator has verified the person as well, `user` and `mfa`: to have the key and to know its PIN, or to be who
 * one is, are two factors.
 *
 * @see NIST SP 800-63B-4 §3.1.7 (multi-factor cryptographic authentication)
 */
export function methodsOfPasskey({ isBackupEligible, isUserVerified }: Passkey): readonly string[] {
  const key = isBackupEligible ? 'swk' : 'hwk'
  return isUserVerified ? [key, 'user', 'mfa'] : [key]
}
