import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { generateSigningKey, type KeyDraft } from './generate-signing-key.ts'
import { lockSchedule, selectSigningKeys, updateSigningKeyState } from './signing-key-store.ts'
import { storeDraft } from './store-draft.ts'

/**
 * Takes a compromised key out of use: it leaves the JWKS at once, its private half is erased, and if it was the one that signs, another one
 * signs from now on, although no copy of the JWKS holds it yet.
 */
export async function replaceCompromisedKey(
  tx: Transaction,
  sealer: Sealer,
  { kid, draft, actor }: { readonly kid: string; readonly draft: KeyDraft; readonly actor: Actor },
): Promise<void> {
  await lockSchedule(tx.sql, tx.now)
  const keys = await selectSigningKeys(tx.sql)
  const wasActive = keys.some((key) => key.kid === kid && key.state === 'active')
  await updateSigningKeyState(tx.sql, kid, 'retired', tx.now)
  const { algorithm } = draft
  await recordAuditEvent(tx, { act: 'signing_key.compromised', actor, outcome: 'done', detail: { kid, algorithm } })
  // Not a successor that is published already: whoever took one private key may have had that one too.
  if (wasActive) await storeDraft(tx, sealer, draft, 'active', actor)
}

/** A fresh key to replace one with, made before the transaction; undefined when there is no key of that kid. */
export async function draftReplacement(sql: Queries, kid: string): Promise<KeyDraft | undefined> {
  const key = (await selectSigningKeys(sql)).find((candidate) => candidate.kid === kid)
  return key && generateSigningKey(key.algorithm)
}
