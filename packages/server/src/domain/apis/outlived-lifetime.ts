import type { Transaction } from '../../platform/database/database.ts'
import type { Api } from './api.ts'
import { raiseOutlivedLifetime, selectOutlivedLifetime } from './api-store.ts'

/** A token may be issued by what was read of an API before the change was committed. */
const ISSUING_MS = 60_000

/**
 * Remembers, when an API's lifetime becomes shorter or the API goes, that tokens of the lifetime before are still out there: what revokes one of
 * them has to stand until it has expired.
 */
export async function outliveLifetime(tx: Transaction, { lifetimeSeconds }: Api): Promise<void> {
  await raiseOutlivedLifetime(tx.sql, tx.now + lifetimeSeconds * 1000 + ISSUING_MS)
}

/** By when the last token has expired that was given for longer than its API gives by now; long ago where there is none. */
export const findOutlivedLifetime: typeof selectOutlivedLifetime = selectOutlivedLifetime
