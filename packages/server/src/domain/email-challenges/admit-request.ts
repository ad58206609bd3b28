import type { Transaction } from '../../platform/database/database.ts'
import type { CodePurpose } from '../mails/mail.ts'
import { admitGuess } from '../throttle/admit-guess.ts'
import type { ThrottleVerdict } from '../throttle/check-throttle.ts'
import { countFailure } from '../throttle/record-failure.ts'
import { emailRequestSubject } from '../throttle/throttle-subject.ts'

/**
 * Whether a mail may be asked for: each that is counts, for the address or name that was typed and for the network it was typed in, whether
 * it belongs to somebody or not.
 */
export async function admitRequest(
  tx: Transaction,
  {
    typed,
    address,
    purpose,
  }: {
    /** In the form in which names are compared. */ readonly typed: string
    readonly address: string | undefined
    readonly purpose: CodePurpose
  },
): Promise<ThrottleVerdict> {
  const subject = emailRequestSubject(typed, address, purpose === 'recover')
  const admitted = await admitGuess(tx, subject)
  if (admitted.ok) await countFailure(tx, subject)
  return admitted
}
