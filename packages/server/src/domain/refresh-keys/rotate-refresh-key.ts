import { randomBytes } from 'node:crypto'
import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { refreshKeyPurpose } from './refresh-key-ring.ts'
import { insertRefreshKey, replaceNewestId, selectNewestId } from './refresh-key-store.ts'

/** Makes the first key where there is none. Of several instances that start at once, one makes it. */
export async function ensureRefreshKey(database: Database, sealer: Sealer): Promise<void> {
  if ((await selectNewestId(database.read)) !== '') return
  await database.write((tx) => replaceNewest(tx, sealer, '', 'system'))
}

/** Makes a new key for all tokens from now on. Those that are out there work until their sessions end. Returns its id. */
export async function rotateRefreshKey(tx: Transaction, sealer: Sealer, actor: Actor): Promise<string | undefined> {
  return replaceNewest(tx, sealer, await selectNewestId(tx.sql), actor)
}

async function replaceNewest(
  tx: Transaction,
  sealer: Sealer,
  before: string,
  actor: Actor,
): Promise<string | undefined> {
  const id = randomBytes(4).toString('base64url')
  if (!(await replaceNewestId(tx.sql, id, before))) return undefined
  await insertRefreshKey(tx.sql, { id, sealedKey: sealer.seal(randomBytes(32), refreshKeyPurpose(id)) }, tx.now)
  await recordAuditEvent(tx, { act: 'refresh_key.created', actor, outcome: 'done', detail: { id } })
  return id
}
