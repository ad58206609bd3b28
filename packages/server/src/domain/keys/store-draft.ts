import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { KeyDraft } from './generate-signing-key.ts'
import { privateKeyPurpose } from './signing-key.ts'
import { insertSigningKey } from './signing-key-store.ts'

/** Stores a generated key, its private half sealed. */
export async function storeDraft(
  tx: Transaction,
  sealer: Sealer,
  draft: KeyDraft,
  state: 'active' | 'pending',
  actor: Actor,
): Promise<void> {
  const { kid, algorithm, publicJwk } = draft
  const sealedPrivateKey = sealer.seal(draft.privateKey, privateKeyPurpose(kid))
  await insertSigningKey(tx.sql, {
    kid,
    algorithm,
    state,
    publicJwk,
    sealedPrivateKey,
    createdAt: tx.now,
    stateSince: tx.now,
  })
  await recordAuditEvent(tx, { act: 'signing_key.created', actor, outcome: 'done', detail: { kid, algorithm, state } })
}
