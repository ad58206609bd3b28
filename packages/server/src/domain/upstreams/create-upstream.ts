import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { UpstreamDescription } from './parse-upstream.ts'
import type { Upstream } from './upstream.ts'
import { upstreamSecretPurpose } from './upstream-secret.ts'
import { insertUpstream } from './upstream-store.ts'

export interface UpstreamCreation {
  readonly description: UpstreamDescription
  /** As the provider gave it; absent for a public client. */
  readonly clientSecret: string | undefined
  readonly actor: Actor
}

export type CreatedUpstream =
  | { readonly ok: true; readonly upstream: Upstream }
  | { readonly ok: false; readonly reason: 'upstream_taken' }

/** Registers an upstream provider. */
export async function createUpstream(
  tx: Transaction,
  sealer: Sealer,
  { description, clientSecret, actor }: UpstreamCreation,
): Promise<CreatedUpstream> {
  const sealedSecret = clientSecret && sealer.seal(Buffer.from(clientSecret), upstreamSecretPurpose(description.id))
  const upstream: Upstream = { ...description, sealedSecret, createdAt: tx.now }
  if (!(await insertUpstream(tx.sql, upstream))) return { ok: false, reason: 'upstream_taken' }
  const detail = { upstream: upstream.id, issuer: upstream.issuer, opensAccounts: upstream.opensAccounts }
  await recordAuditEvent(tx, { act: 'upstream.created', actor, outcome: 'done', detail })
  return { ok: true, upstream }
}
