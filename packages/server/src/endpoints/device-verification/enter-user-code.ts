import { parseTypedCode } from '../../domain/one-time/typed-code.ts'
import { admitGuess } from '../../domain/throttle/admit-guess.ts'
import { countFailure } from '../../domain/throttle/record-failure.ts'
import type { ThrottleSubject } from '../../domain/throttle/throttle-subject.ts'
import type { Transaction } from '../../platform/database/database.ts'

export type EnteredCode<T> =
  | { readonly ok: true; readonly found: T }
  | { readonly ok: false; readonly reason: 'unknown' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Does with a typed code what it is typed for, unless too many were wrong before. What comes to nothing counts as a wrong one. @see RFC 8628 §5.1 */
export async function enterUserCode<T>(
  tx: Transaction,
  { typed, subject }: { readonly typed: string; readonly subject: ThrottleSubject },
  act: (userCode: string) => Promise<T | undefined>,
): Promise<EnteredCode<T>> {
  const userCode = parseTypedCode(typed)
  // Nobody's code, and so no guess.
  if (userCode === undefined) return { ok: false, reason: 'unknown' }
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  const found = await act(userCode)
  if (found !== undefined) return { ok: true, found }
  await countFailure(tx, subject)
  return { ok: false, reason: 'unknown' }
}
