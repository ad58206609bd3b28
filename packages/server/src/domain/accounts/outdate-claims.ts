import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import { insertOutdated } from './outdated-claims-store.ts'

/** Announced when claims were outdated that no record of the feed speaks of yet. */
export const OUTDATED_CLAIMS_TOPIC = 'outdated claims'

/**
 * Notes, in the transaction that changes what an account may, that its tokens until now say what is no longer true. The record of the feed by
 * which guards answer them "refresh required" is written afterwards, by `settleOutdatedClaims` of whoever comes first: a token that is
 * issued while this transaction is under way still says what was before, and only a record that is dated after the commit concerns it.
 */
export async function outdateClaims(tx: Transaction, accountId: string): Promise<void> {
  await insertOutdated(tx.sql, { id: randomId(), accountId })
  await tx.announce(OUTDATED_CLAIMS_TOPIC)
}

/** The same for all accounts that have a role, which may be thousands: they are worked off in steps. */
export async function outdateClaimsOfRole(tx: Transaction, role: string): Promise<void> {
  await insertOutdated(tx.sql, { id: randomId(), role })
  await tx.announce(OUTDATED_CLAIMS_TOPIC)
}
