import type { Actor } from '../audit/audit-event.ts'
import type { KeyDeps } from './advance-signing-keys.ts'
import { generateSigningKey, type KeyDraft } from './generate-signing-key.ts'
import type { SigningAlgorithm, SigningKey } from './signing-key.ts'
import { lockSchedule, selectSigningKeys } from './signing-key-store.ts'
import { storeDraft } from './store-draft.ts'

/**
 * Publishes a successor for each active key (or that of one algorithm) now; it starts to sign once every copy of the JWKS can
 * hold it. A successor that is pending already stays the successor.
 */
export async function rotateSigningKeys(
  deps: KeyDeps,
  actor: Actor,
  algorithm?: SigningAlgorithm,
): Promise<SigningKey[]> {
  const isMeant = (key: SigningKey) =>
    key.state === 'active' && (algorithm === undefined || key.algorithm === algorithm)
  const active = (await selectSigningKeys(deps.database.read)).filter(isMeant)
  const drafts = await Promise.all(active.map((key) => generateSigningKey(key.algorithm)))
  return deps.database.write(async (tx) => {
    await lockSchedule(tx.sql, tx.now)
    const keys = await selectSigningKeys(tx.sql)
    const hasSuccessor = (draft: KeyDraft) =>
      keys.some((key) => key.state === 'pending' && key.algorithm === draft.algorithm)
    for (const draft of drafts.filter((candidate) => !hasSuccessor(candidate))) {
      await storeDraft(tx, deps.sealer, draft, 'pending', actor)
    }
    const after = await selectSigningKeys(tx.sql)
    return after.filter((key) => key.state === 'pending' && drafts.some((draft) => draft.algorithm === key.algorithm))
  })
}
