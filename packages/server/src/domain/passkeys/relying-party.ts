import { isIP } from 'node:net'

/** Whom a passkey is made for: WebAuthn §4. */
export interface RelyingParty {
  /** The RP ID: a domain. */
  readonly id: string
  /** Where its pages are, exactly. */
  readonly origin: string
}

/**
 * The relying party that an issuer is. Absent where there can be no passkeys: an RP ID is a domain, and an IP address is none.
 *
 * @see WebAuthn Level 3 §5.1.3 step 8 (`SecurityError`)
 */
export function relyingPartyOf(issuer: string): RelyingParty | undefined {
  const { hostname, origin } = new URL(issuer)
  const isAddress = hostname.startsWith('[') || isIP(hostname) !== 0
  return isAddress ? undefined : { id: hostname, origin }
}
