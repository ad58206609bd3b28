import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { type NoteSigner, renderVerifierKey } from '../../platform/signed-note/signed-note.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { AUDIT_KEY_ID, insertAuditKey, type StoredAuditKey, selectAuditKey } from './audit-tree-store.ts'

/** What the key's sealing names it by. */
export const AUDIT_KEY_PURPOSE: string = `audit_key ${AUDIT_KEY_ID}`

/**
 * The key that signs the log's checkpoints, made where there is none; of several instances that start at once, one makes it. The log's origin is fixed
 * with it: a log that is served under another issuer later is still the same log.
 *
 * @throws SealingError when OSTIARY_SECRET is not the secret that the key was sealed with.
 */
export async function ensureAuditKey(database: Database, sealer: Sealer, issuer: string): Promise<NoteSigner> {
  const stored = await selectAuditKey(database.read)
  if (stored) return openAuditKey(stored, sealer)
  await database.write(async (tx) => {
    const signer = { name: originOf(issuer), ...generateKeyPairSync('ed25519') }
    const der = signer.privateKey.export({ format: 'der', type: 'pkcs8' })
    if (
      !(await insertAuditKey(tx.sql, { origin: signer.name, sealedKey: sealer.seal(der, AUDIT_KEY_PURPOSE) }, tx.now))
    )
      return
    const detail = { key: renderVerifierKey(signer) }
    await recordAuditEvent(tx, { act: 'audit_key.created', actor: 'system', outcome: 'done', detail })
  })
  return ensureAuditKey(database, sealer, issuer)
}

function openAuditKey({ origin, sealedKey }: StoredAuditKey, sealer: Sealer): NoteSigner {
  const privateKey = createPrivateKey({ key: sealer.open(sealedKey, AUDIT_KEY_PURPOSE), format: 'der', type: 'pkcs8' })
  return { name: origin, privateKey, publicKey: createPublicKey(privateKey) }
}

/** `<host and path>/audit`: https://c2sp.org/tlog-checkpoint wants a URL without its scheme. */
function originOf(issuer: string): string {
  const { host, pathname } = new URL(issuer)
  return `${host}${pathname.replace(/\/$/, '')}/audit`
}
