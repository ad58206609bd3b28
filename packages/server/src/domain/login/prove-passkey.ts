import type { Transaction } from '../../platform/database/database.ts'
import type { NoticeDeps } from '../mails/leave-notice.ts'
import { methodsOfPasskey } from '../passkeys/methods-of-passkey.ts'
import { takeChallenge } from '../passkeys/passkey-challenge.ts'
import type { PasskeyOwner } from '../passkeys/register-passkey.ts'
import { usePasskey } from '../passkeys/use-passkey.ts'
import type { PasskeyAnswer } from './verify-passkey-answer.ts'

/**
 * Uses what a passkey has answered as a further step of a login, in its transaction and with the account locked: by which methods
 * (RFC 8176) it was proved, absent where it was not. Its challenge is used up either way. That its authenticator verifies the person counts from
 * now on, since they have proved otherwise who they are.
 *
 * @see WebAuthn Level 3 §7.2 step 24
 */
export async function provePasskey(
  tx: Transaction,
  notices: NoticeDeps,
  owner: PasskeyOwner,
  answer: PasskeyAnswer,
): Promise<readonly string[] | undefined> {
  const { challenge, challengeEnd } = answer
  if (challengeEnd === undefined || !(await takeChallenge(tx, challenge, challengeEnd)) || !answer.ok) return undefined
  const { signCount, isBackedUp } = answer
  const { credentialId } = answer.passkey
  const used = await usePasskey(tx, notices, owner, { credentialId, signCount, isBackedUp, isSecondFactor: true })
  return used.ok ? methodsOfPasskey({ ...used.passkey, isUserVerified: true }) : undefined
}
