import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { selectSigningKeys } from './signing-key-store.ts'

/** All signing keys, the oldest first, retired ones included. */
export const listSigningKeys: typeof selectSigningKeys = selectSigningKeys

/** How long each key that signs has signed. */
export async function listKeyAges(
  sql: Queries,
  now: EpochMilliseconds,
): Promise<readonly { readonly algorithm: string; readonly seconds: number }[]> {
  const active = (await selectSigningKeys(sql)).filter(({ state }) => state === 'active')
  return active.map(({ algorithm, stateSince }) => ({ algorithm, seconds: (now - stateSince) / 1000 }))
}
