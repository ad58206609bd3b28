import type { Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { type Doer, leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'
import type { Passkey } from './passkey.ts'
import { insertPasskey, selectPasskeysOf } from './passkey-store.ts'
import type { VerifiedCredential } from './verify-registration.ts'

/** Nobody has so many, and a page shows them all. */
const MOST_PASSKEYS = 50

/** Whose it is, and what they are told of who does it. */
export interface PasskeyOwner extends Doer {
  readonly accountId: string
}

/**
 * Makes a verified credential a passkey of an account, which is told. Absent, and nothing done, when somebody has that credential already
 * or the account has fifty.
 */
export async function registerPasskey(
  tx: Transaction,
  notices: NoticeDeps,
  {
    owner,
    credential,
    transports,
    name,
  }: { owner: PasskeyOwner; credential: VerifiedCredential; transports: readonly string[]; name: string },
): Promise<Passkey | undefined> {
  const { accountId, network } = owner
  await lockAccount(tx, accountId)
  if ((await selectPasskeysOf(tx.sql, accountId)).length >= MOST_PASSKEYS) return undefined
  const times = { createdAt: tx.now, usedAt: undefined, suspendedAt: undefined }
  const passkey: Passkey = { ...credential, id: randomId(), accountId, transports, name, ...times }
  if (!(await insertPasskey(tx.sql, passkey))) return undefined
  await recordAuditEvent(tx, {
    ...{ act: 'passkey.added', actor: `account:${accountId}`, outcome: 'done', accountId, network },
    detail: { passkey: passkey.id, name, aaguid: passkey.aaguid, synced: passkey.isBackupEligible },
  })
  await leaveNotice(tx, notices, { ...owner, notice: 'passkey_added' })
  return passkey
}
