import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { findPasskey } from '../passkeys/find-passkey.ts'
import { type Assertion, emptyAssertion } from '../passkeys/parse-credential.ts'
import type { Passkey } from '../passkeys/passkey.ts'
import { type ChallengeScope, findChallengeEnd } from '../passkeys/passkey-challenge.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import { findUserHandle } from '../passkeys/user-handle.ts'
import { type AssertionVerdict, verifyAssertion } from '../passkeys/verify-assertion.ts'

export interface AskedPasskey {
  readonly relyingParty: RelyingParty
  /** Absent: what the browser sent is none. */
  readonly assertion: Assertion | undefined
  /** Absent: this browser was given no challenge. */
  readonly scope: ChallengeScope | undefined
  /** Whose passkey alone will do: that of who has proved something else already. Absent: whoever's it is. */
  readonly accountId?: string | undefined
}

/** Why an answer is wrong, for the log. Never for the browser, which is told the same for all of them. */
export type WrongAnswer =
  | 'malformed_credential'
  | 'wrong_challenge'
  | 'unknown_passkey'
  | 'wrong_account'
  | 'wrong_user_handle'
  | `wrong_${Extract<AssertionVerdict, { ok: false }>['reason']}`

interface AnsweredChallenge {
  readonly challenge: string
  /** Absent: the challenge was none of ours. */
  readonly challengeEnd: EpochMilliseconds | undefined
}

/** A passkey that has answered a challenge of ours, which is not used yet, nor is its age known. */
export interface RightAnswer extends AnsweredChallenge {
  readonly ok: true
  readonly passkey: Passkey
  readonly challengeEnd: EpochMilliseconds
  readonly signCount: number
  readonly isBackedUp: boolean
}

export type PasskeyAnswer =
  | RightAnswer
  | (AnsweredChallenge & {
      readonly ok: false
      readonly privateReason: WrongAnswer
      /** Whose it is. Absent: nobody's. */
      readonly accountId: string | undefined
    })

/** Verifies what a browser sent of a passkey. Whatever is wrong with it takes the same path: two reads and one verification. Writes nothing. */
export async function verifyPasskeyAnswer(
  { database, sealer }: { readonly database: Database; readonly sealer: Sealer },
  { relyingParty, assertion: sent, scope, accountId }: AskedPasskey,
): Promise<PasskeyAnswer> {
  const assertion = sent ?? emptyAssertion()
  const passkey = await findPasskey(database.read, assertion.credentialId)
  const isHandleRight = await isUserHandleRight(database.read, assertion, { passkey, accountId })
  const { challenge } = assertion.clientData
  const challengeEnd = scope && findChallengeEnd(sealer, scope, challenge)
  const verdict = await verifyAssertion(relyingParty, { assertion, challenge, passkey: passkey ?? nobodysPasskey })
  const refuse = (privateReason: WrongAnswer): PasskeyAnswer => {
    return { ok: false, privateReason, accountId: passkey?.accountId, challenge, challengeEnd }
  }
  if (!sent) return refuse('malformed_credential')
  if (challengeEnd === undefined) return refuse('wrong_challenge')
  if (!passkey) return refuse('unknown_passkey')
  if (accountId !== undefined && accountId !== passkey.accountId) return refuse('wrong_account')
  if (!isHandleRight) return refuse('wrong_user_handle')
  if (!verdict.ok) return refuse(`wrong_${verdict.reason}`)
  const { signCount, isBackedUp } = verdict
  return { ok: true, passkey, challenge, challengeEnd, signCount, isBackedUp }
}

/** WebAuthn §7.2 step 6: who is not known yet must be named by the authenticator; who is may be. */
async function isUserHandleRight(
  sql: Queries,
  { userHandle }: Assertion,
  { passkey, accountId }: { readonly passkey: Passkey | undefined; readonly accountId: string | undefined },
): Promise<boolean> {
  // No account's id is empty.
  const handle = await findUserHandle(sql, passkey?.accountId ?? '')
  if (userHandle === undefined) return accountId !== undefined
  return handle !== undefined && handle === userHandle
}

/** For an id that is nobody's, so that it costs what another costs. Its key is the base point of P-256; it opens nothing, whoever signs with it. */
const nobodysPasskey: Passkey = {
  ...{ id: '', credentialId: '', accountId: '', signCount: 0, transports: [], aaguid: '', name: '', createdAt: 0 },
  publicKey: 'pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  ...{ isBackupEligible: false, isBackedUp: false, isUserVerified: false, usedAt: undefined, suspendedAt: undefined },
}
