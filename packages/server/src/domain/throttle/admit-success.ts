import type { Transaction } from '../../platform/database/database.ts'
import { decideThrottle, type ThrottleVerdict } from './check-throttle.ts'
import { knownMilliseconds } from './throttle-limits.ts'
import { deleteRow, lockRow, selectRows, upsertKnown } from './throttle-store.ts'
import type { ThrottleSubject } from './throttle-subject.ts'

/** What is known for so long yet need not be written again. */
const freshEnoughMilliseconds: number = knownMilliseconds - 24 * 3_600_000

/**
 * Asks once more, in the transaction that opens the session, after the right password: of many guesses made at once, those that were wrong
 * have been counted meanwhile, and the right one gains nothing. When it is let in, its failures are forgotten and the network
 * is known for this login name. When it is not, nothing has been written.
 */
export async function admitSuccess(tx: Transaction, subject: ThrottleSubject): Promise<ThrottleVerdict> {
  const { keys } = subject
  // In the order of `recordFailure`. The network's row is only read, or else all logins of one network would wait for each other.
  const account = await lockRow(tx.sql, keys.account)
  const others = await selectRows(tx.sql, [keys.network, keys.known])
  const pair = await lockRow(tx.sql, keys.pair)
  const rows = [account, pair].filter((row) => row !== undefined)
  const verdict = decideThrottle([...rows, ...others], tx.now, subject)
  if (!verdict.ok) return verdict
  for (const row of rows) await deleteRow(tx.sql, row.key)
  const known = others.find((row) => row.key === keys.known)
  if (known === undefined || known.forgetAt < tx.now + freshEnoughMilliseconds)
    await upsertKnown(tx.sql, keys.known, tx.now + knownMilliseconds)
  return verdict
}
