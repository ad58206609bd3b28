import type { Passkey } from './passkey.ts'
import { CHALLENGE_LIFETIME_MS } from './passkey-challenge.ts'
import type { RelyingParty } from './relying-party.ts'

/** EdDSA, ES256 and RS256, the best first: https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
export const algorithms: readonly number[] = [-8, -7, -257]

export interface CreationWishes {
  readonly relyingParty: RelyingParty
  /** What authenticators show for this installation. */
  readonly name: string
  readonly user: { readonly handle: string; readonly name: string }
  readonly challenge: string
  /** What the account has already: an authenticator makes no second one beside it. */
  readonly existing: readonly Passkey[]
  /**
   * That it is made without asking, after a login with a password: an authenticator can then verify nobody, and must not be
   * told to. Absent: the person is asked.
   */
  readonly isConditional?: boolean
}

/** Renders PublicKeyCredentialCreationOptionsJSON. @see WebAuthn Level 3 §5.4 */
export function renderCreationOptions(wishes: CreationWishes): string {
  const { relyingParty, name, user, challenge, existing, isConditional = false } = wishes
  return JSON.stringify({
    rp: { id: relyingParty.id, name },
    user: { id: user.handle, name: user.name, displayName: user.name },
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: CHALLENGE_LIFETIME_MS,
    excludeCredentials: existing.map(describe),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: isConditional ? 'preferred' : 'required',
    },
    attestation: 'none',
  })
}

/**
 * Renders PublicKeyCredentialRequestOptionsJSON.
 *
 * @param allowed the passkeys that may answer; none: whichever the person chooses.
 * @see WebAuthn Level 3 §5.5
 */
export function renderRequestOptions(
  relyingParty: RelyingParty,
  challenge: string,
  allowed: readonly Passkey[] = [],
): string {
  return JSON.stringify({
    challenge,
    rpId: relyingParty.id,
    timeout: CHALLENGE_LIFETIME_MS,
    allowCredentials: allowed.map(describe),
    userVerification: 'required',
  })
}

function describe({ credentialId, transports }: Passkey): object {
  return { type: 'public-key', id: credentialId, transports }
}
