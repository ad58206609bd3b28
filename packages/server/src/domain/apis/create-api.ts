import type { Transaction } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Api } from './api.ts'
import { insertApi, selectApi } from './api-store.ts'
import { apiSecretPurpose } from './open-api-secret.ts'
import type { ApiDescription } from './parse-api.ts'

export type CreatedApi =
  | { ok: true; api: Api /** base64url of 32 bytes, given once, only for HS256. */; secret?: string }
  /** Ending: one of this audience was deleted a moment ago, and what it left is still going. */
  | { ok: false; reason: 'audience_taken' | 'audience_ending' }

/** Registers an API. For HS256 it makes the secret that the API and this server share, and gives it this once. */
export async function createApi(
  tx: Transaction,
  sealer: Sealer,
  description: ApiDescription,
  actor: Actor,
): Promise<CreatedApi> {
  const secret = description.algorithm === 'HS256' ? randomSecret() : undefined
  const sealedSecret = secret && sealer.seal(Buffer.from(secret, 'base64url'), apiSecretPurpose(description.audience))
  const api: Api = { ...description, sealedSecret, createdAt: tx.now }
  if (!(await insertApi(tx.sql, api)))
    return { ok: false, reason: (await selectApi(tx.sql, api.audience)) ? 'audience_taken' : 'audience_ending' }
  await recordAuditEvent(tx, { act: 'api.created', actor, outcome: 'done', detail: { audience: api.audience } })
  return secret === undefined ? { ok: true, api } : { ok: true, api, secret }
}
