import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findPassword } from '../credentials/find-password.ts'
import { deleteIdentitiesAt, deleteIdentitiesOf, selectIdentitiesOf } from './federated-identity-store.ts'
import { listUsableIdentities } from './list-usable-identities.ts'

export interface IdentitiesToUnlink {
  readonly accountId: string
  readonly issuer: string
  /** From where; absent: as the request's. */
  readonly network?: string | undefined
  /** Default: the account itself. */
  readonly actor?: Actor
}

/**
 * Takes an account's identities at an issuer away from it; none to begin with is fine too. False, and nothing done, where the account could not
 * be logged in to any more.
 */
export async function unlinkIdentities(
  tx: Transaction,
  { accountId, issuer, network, actor = `account:${accountId}` }: IdentitiesToUnlink,
): Promise<boolean> {
  // Two at once would each see the other's identity and leave none.
  await lockAccount(tx, accountId)
  const identities = await selectIdentitiesOf(tx.sql, accountId)
  const mine = identities.filter((identity) => identity.issuer === issuer)
  if (mine.length === 0) return true
  const hasPassword = (await findPassword(tx.sql, accountId)) !== undefined
  const usable = await listUsableIdentities(tx.sql, accountId)
  // One at a provider that was removed is kept for when that comes back, and lets nobody in until then.
  const isLastWayIn = usable.length > 0 && usable.every((identity) => identity.issuer === issuer)
  if (!hasPassword && (isLastWayIn || mine.length === identities.length)) return false
  await deleteIdentitiesAt(tx.sql, accountId, issuer)
  await recordAuditEvent(tx, {
    ...{ act: 'federated_identity.unlinked', actor, outcome: 'done', accountId, network },
    detail: { issuer, subjects: mine.map(({ subject }) => subject) },
  })
  return true
}

/**
 * Takes all identities of an account away from it, in which a stranger may be: one of them may be the stranger's. Without a password it is opened
 * by its mail alone from now on. Whoever calls this has locked the account.
 */
export async function unlinkAllIdentities(
  tx: Transaction,
  accountId: string,
  { actor, network, because }: { readonly actor: Actor; readonly network: string; readonly because: string },
): Promise<void> {
  const identities = await selectIdentitiesOf(tx.sql, accountId)
  await deleteIdentitiesOf(tx.sql, accountId)
  for (const { issuer, subject } of identities)
    await recordAuditEvent(tx, {
      ...{ act: 'federated_identity.unlinked', actor, outcome: 'done', accountId, network },
      detail: { issuer, subjects: [subject], because },
    })
}
