import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findPassword } from '../credentials/find-password.ts'
import { listUsableIdentities } from '../federated-identities/list-usable-identities.ts'
import { leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'
import type { Passkey } from './passkey.ts'
import { deletePasskey, selectPasskeysOf } from './passkey-store.ts'
import type { PasskeyOwner } from './register-passkey.ts'

export type PasskeyRemoval =
  | { readonly ok: true; readonly passkey: Passkey }
  | { readonly ok: false; readonly reason: 'unknown' | 'last_way_in' }

/**
 * Takes a passkey away from an account, which is told. The last way in stays, unless an operator takes it: nobody could log in to the
 * account any more. A suspended passkey is no way in.
 */
export async function removePasskey(
  tx: Transaction,
  notices: NoticeDeps,
  { owner, id, actor }: { owner: PasskeyOwner; id: string; actor: Actor },
): Promise<PasskeyRemoval> {
  const { accountId, network } = owner
  // Two at once would each see the other's passkey and leave none.
  await lockAccount(tx, accountId)
  const passkeys = await selectPasskeysOf(tx.sql, accountId)
  const passkey = passkeys.find((one) => one.id === id)
  if (!passkey) return { ok: false, reason: 'unknown' }
  const others = passkeys.filter((one) => one.id !== id && one.suspendedAt === undefined)
  const isWayIn = passkey.suspendedAt === undefined && others.length === 0
  if (isWayIn && actor === `account:${accountId}` && !(await hasOtherWayIn(tx, accountId)))
    return { ok: false, reason: 'last_way_in' }
  await deletePasskey(tx.sql, passkey.credentialId)
  await recordAuditEvent(tx, {
    ...{ act: 'passkey.removed', actor, outcome: 'done', accountId, network },
    detail: { passkey: id, name: passkey.name },
  })
  await leaveNotice(tx, notices, { ...owner, notice: 'passkey_removed' })
  return { ok: true, passkey }
}

async function hasOtherWayIn(tx: Transaction, accountId: string): Promise<boolean> {
  if ((await findPassword(tx.sql, accountId)) !== undefined) return true
  return (await listUsableIdentities(tx.sql, accountId)).length > 0
}
