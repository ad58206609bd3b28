import { algorithms } from './ceremony-options.ts'
import type { NewCredential } from './parse-credential.ts'
import type { RelyingParty } from './relying-party.ts'

/** What is known of a passkey when it has been made. */
export interface VerifiedCredential {
  readonly credentialId: string
  readonly publicKey: string
  readonly signCount: number
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  readonly isUserVerified: boolean
  readonly aaguid: string
}

/** RSA keys of 8192 bits are below it. */
const LONGEST_KEY_BYTES = 1100

/**
 * Verifies that an authenticator has made this credential for our challenge. Absent where it has not.
 *
 * @param isConditional that it was made without asking the person, who is then neither present nor verified
 * @see WebAuthn Level 3 §7.1
 */
export async function verifyRegistration(
  { id: rpId, origin }: RelyingParty,
  { credential, challenge, isConditional }: { credential: NewCredential; challenge: string; isConditional: boolean },
): Promise<VerifiedCredential | undefined> {
  const { credentialId, clientData, clientDataJSON, attestationObject } = credential
  const { type, origin: from, crossOrigin } = clientData
  if (type !== 'webauthn.create' || clientData.challenge !== challenge || from !== origin || crossOrigin)
    return undefined
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  try {
    if (!(await isUnattested(attestationObject))) return undefined
    const verified = await verifyRegistrationResponse({
      response: {
        ...{ id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} },
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserPresence: !isConditional,
      requireUserVerification: !isConditional,
      supportedAlgorithmIDs: [...algorithms],
    })
    if (!verified.verified) return undefined
    const { aaguid, userVerified, credentialDeviceType, credentialBackedUp } = verified.registrationInfo
    const { id, publicKey, counter } = verified.registrationInfo.credential
    // §7.1 step 25: the id that the authenticator signed for is the one that is used from now on.
    if (id !== credentialId || publicKey.length > LONGEST_KEY_BYTES) return undefined
    return {
      ...{ credentialId, publicKey: Buffer.from(publicKey).toString('base64url'), signCount: counter, aaguid },
      isBackupEligible: credentialDeviceType === 'multiDevice',
      isBackedUp: credentialBackedUp,
      isUserVerified: userVerified,
    }
  } catch {
    // The library throws for whatever it can't read or doesn't accept.
    return undefined
  }
}

/**
 * We ask for no attestation, so a browser sends none, or the passkey's own signature. Of any other the library would look up
 * certificates, and where they were revoked at addresses that they name.
 */
async function isUnattested(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  const decoded = decodeAttestationObject(Buffer.from(attestationObject, 'base64url'))
  const format = decoded.get('fmt')
  return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined)
}
