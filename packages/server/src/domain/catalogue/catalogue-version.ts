import type { Queries } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import { selectVersion, updateVersion } from './catalogue-store.ts'

const asked = new WeakMap<Queries, Promise<string>>()

/**
 * The word for how the catalogue stands now. It is random, so that no other state ever has the same one: neither after a failed transaction, nor after
 * a standby took over that had lost the latest, nor in another database.
 */
export function findCatalogueVersion(sql: Queries): Promise<string> {
  const known = asked.get(sql)
  if (known) return known
  const version = selectVersion(sql)
  asked.set(sql, version)
  // All that was received before is answered by one reading: promises are settled to the end before anything else is received, and only then
  // comes the next tick.
  process.nextTick(() => asked.delete(sql))
  return version
}

/** Ends the use of all copies of clients and APIs, here and in other processes, as soon as the transaction is committed. */
export async function noteCatalogueChange(sql: Queries): Promise<void> {
  await updateVersion(sql, randomId())
  asked.delete(sql)
}
