import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findClient } from '../clients/find-client.ts'
import { JWT_BEARER_GRANT } from '../clients/parse-client.ts'
import type { Trust } from './parse-trust.ts'
import { selectTrustedIssuer, upsertTrustedIssuer, upsertTrustedSubject } from './trusted-issuer-store.ts'

export type TrustOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unknown_client' | 'missing_grant' | 'missing_keys' }

/** Takes an issuer's word that a subject of it is a client. Keys and client replace those that were registered before. */
export async function trustIssuer(
  tx: Transaction,
  { issuer, keys, subject, clientId }: Trust,
  actor: Actor,
): Promise<TrustOutcome> {
  const client = await findClient(tx.sql, clientId)
  if (!client) return { ok: false, reason: 'unknown_client' }
  if (!client.grants.includes(JWT_BEARER_GRANT)) return { ok: false, reason: 'missing_grant' }
  if (!keys && !(await selectTrustedIssuer(tx.sql, issuer))) return { ok: false, reason: 'missing_keys' }
  if (keys) await upsertTrustedIssuer(tx.sql, { issuer, keys, createdAt: tx.now })
  await upsertTrustedSubject(tx.sql, { issuer, subject, clientId })
  const detail = { issuer, subject, keys: keys !== undefined }
  await recordAuditEvent(tx, { act: 'issuer.trusted', actor, outcome: 'done', clientId, detail })
  return { ok: true }
}
