import type { Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { admitGuess } from '../throttle/admit-guess.ts'
import { countFailure } from '../throttle/record-failure.ts'
import { setupSubject } from '../throttle/throttle-subject.ts'
import { isSetUp } from './is-set-up.ts'
import { isSetupCode } from './setup-code.ts'

export type AdmittedSetupCode =
  | { readonly ok: true }
  /** There is an administrator. */
  | { readonly ok: false; readonly reason: 'set_up' }
  | { readonly ok: false; readonly reason: 'wrong_code' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Whether a code is right, asked before a password is hashed. Uses nothing up; a wrong one is counted. */
export async function admitSetupCode(
  tx: Transaction,
  { typed, address }: { readonly typed: string; readonly address: string | undefined },
): Promise<AdmittedSetupCode> {
  const subject = setupSubject(address)
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  const isRight = await isSetupCode(tx.sql, typed, tx.now)
  // Asked afterwards: whoever was faster used the code up and made the administrator at one moment.
  if (await isSetUp(tx.sql)) return { ok: false, reason: 'set_up' }
  if (isRight) return { ok: true }
  await countFailure(tx, subject)
  const entry = { act: 'setup.refused', actor: 'anonymous', outcome: 'refused' } as const
  await recordAuditEvent(tx, { ...entry, network: subject.network })
  return { ok: false, reason: 'wrong_code' }
}
