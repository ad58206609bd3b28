import type { Assertion } from './parse-credential.ts'
import type { Passkey } from './passkey.ts'
import type { RelyingParty } from './relying-party.ts'

export type AssertionVerdict =
  | { readonly ok: true; readonly signCount: number; readonly isBackedUp: boolean }
  /** Why, for the log alone. */
  | { readonly ok: false; readonly reason: 'client_data' | 'authenticator_data' | 'signature' | 'backup_eligibility' }

/**
 * Verifies that an authenticator has answered the challenge with this passkey: type, challenge, origin, RP ID, presence and verification
 * of the person, signature, and that what may be backed up is still what could be. The counter is the caller's to judge, who
 * knows what was used meanwhile.
 *
 * @param challenge that was given out and is ours
 * @see WebAuthn Level 3 §7.2 steps 10 to 21
 */
export async function verifyAssertion(
  { id: rpId, origin }: RelyingParty,
  { assertion, challenge, passkey }: { assertion: Assertion; challenge: string; passkey: Passkey },
): Promise<AssertionVerdict> {
  const { clientData } = assertion
  const isClientDataRight =
    clientData.type === 'webauthn.get' &&
    clientData.challenge === challenge &&
    clientData.origin === origin &&
    // Our pages are never framed.
    !clientData.crossOrigin
  if (!isClientDataRight) return { ok: false, reason: 'client_data' }
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { credentialId, clientDataJSON, authenticatorData, signature } = assertion
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} },
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      // Judged by the caller: here it would be before the signature, and anybody could have a passkey suspended.
      credential: { id: credentialId, publicKey: Buffer.from(passkey.publicKey, 'base64url'), counter: 0 },
      requireUserVerification: true,
    })
    if (!verified) return { ok: false, reason: 'signature' }
    const isBackupEligible = authenticationInfo.credentialDeviceType === 'multiDevice'
    if (isBackupEligible !== passkey.isBackupEligible) return { ok: false, reason: 'backup_eligibility' }
    return { ok: true, signCount: authenticationInfo.newCounter, isBackedUp: authenticationInfo.credentialBackedUp }
  } catch {
    // The library throws for whatever it can't read or doesn't accept.
    return { ok: false, reason: 'authenticator_data' }
  }
}
