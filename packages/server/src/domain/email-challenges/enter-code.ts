import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { CodePurpose } from '../mails/mail.ts'
import { parseTypedCode } from '../one-time/typed-code.ts'
import { admitGuess } from '../throttle/admit-guess.ts'
import { countFailure } from '../throttle/record-failure.ts'
import { emailCodeSubject, type ThrottleSubject } from '../throttle/throttle-subject.ts'
import { toChallenge } from './challenge-payload.ts'
import { hashCode, isSameHash, makeChallengeSecret } from './challenge-secret.ts'
import type { EmailChallenge } from './email-challenge.ts'
import { addWrongCode, type ChallengeRow, lockChallenge, updateProof } from './email-challenge-store.ts'

/** So many wrong codes end it. */
const MOST_WRONG_CODES = 5

export interface TypedCode {
  /** Of the challenge, as the page where it began carries it. Any text. */
  readonly id: string
  /** Other purposes' challenges are unknown here. */
  readonly purposes: readonly CodePurpose[]
  readonly typed: string
  /** That the request came from. */
  readonly address: string | undefined
}

export type EnteredCode =
  /** The proof does from now on what the challenge's link does. */
  | { readonly ok: true; readonly challenge: EmailChallenge; readonly proof: string }
  /** Wrong; or too late, or after too many wrong ones. The same for a challenge that nobody has a code of. */
  | { readonly ok: false; readonly reason: 'wrong' | 'over' }
  /** The right code, for the second time. */
  | { readonly ok: false; readonly reason: 'used' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Takes a code where its challenge began. Tells nothing of the challenge, used or not, to who doesn't know the code. */
export async function enterCode(
  tx: Transaction,
  sealer: Sealer,
  { id, purposes, typed, address }: TypedCode,
): Promise<EnteredCode> {
  const code = parseTypedCode(typed)
  // Nobody's code, and so no guess.
  if (code === undefined) return { ok: false, reason: 'wrong' }
  const row = await lockChallenge(tx.sql, id)
  const known = row && purposes.includes(row.purpose) ? row : undefined
  const subject = emailCodeSubject(id, address)
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  if (known === undefined) return refuse(tx, subject, undefined, 'wrong')
  if (known.expires_at <= tx.now || known.wrong_codes >= MOST_WRONG_CODES) return refuse(tx, subject, known, 'over')
  if (!isSameHash(hashCode(id, code), known.code_hash)) {
    await addWrongCode(tx.sql, id)
    return refuse(tx, subject, known, known.wrong_codes + 1 >= MOST_WRONG_CODES ? 'over' : 'wrong')
  }
  if (known.used_at !== null || known.proof_hash !== null) return { ok: false, reason: 'used' }
  const proof = makeChallengeSecret(id)
  await updateProof(tx.sql, id, proof.hash)
  return { ok: true, challenge: toChallenge(sealer, known), proof: proof.text }
}

async function refuse(
  tx: Transaction,
  subject: ThrottleSubject,
  row: ChallengeRow | undefined,
  reason: 'wrong' | 'over',
): Promise<EnteredCode> {
  await countFailure(tx, subject)
  await recordAuditEvent(tx, {
    ...{ act: 'email_challenge.refused', actor: 'anonymous', outcome: 'refused' },
    ...{ accountId: row?.account_id ?? undefined, network: subject.network },
    detail: { reason, ...(row && { purpose: row.purpose }) },
  })
  return { ok: false, reason }
}
