import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { markDeletion } from '../accounts/mark-deletion.ts'
import { listApiKeys } from '../api-keys/list-api-keys.ts'
import { revokeKeysOfAccount } from '../api-keys/revoke-api-key.ts'
import type { Actor } from '../audit/audit-event.ts'
import { listConsents } from '../consents/consents.ts'
import { endChallenges } from '../email-challenges/end-challenges.ts'
import { type Doer, leaveNotice, type NoticeDeps } from '../mails/leave-notice.ts'
import { listSessions } from '../sessions/list-sessions.ts'
import { logOutEverywhere } from '../sessions/log-out-everywhere.ts'

const DAY_MS = 86_400_000

/** What ends at once when an account is to be deleted. */
export interface DeletionEffects {
  readonly sessions: number
  readonly apiKeys: number
  readonly apps: number
}

export async function countDeletionEffects(
  sql: Queries,
  accountId: string,
  now: EpochMilliseconds,
): Promise<DeletionEffects> {
  const consents = await listConsents(sql, accountId)
  return {
    sessions: (await listSessions(sql, accountId, now)).length,
    apiKeys: (await listApiKeys(sql, { accountId })).length,
    apps: new Set(consents.map(({ clientId }) => clientId)).size,
  }
}

/** Who does it, and how its person is told. */
export interface DeletionAct {
  readonly accountId: string
  readonly actor: Actor
  /** Absent: they are told by whoever does it. */
  readonly told?: { readonly notices: NoticeDeps; readonly doer: Doer } | undefined
}

export type RequestedDeletion =
  | { readonly ok: true; readonly deleteAfter: EpochMilliseconds }
  | { readonly ok: false; readonly reason: 'unknown_account' | 'already_requested' }

/**
 * Has an account wait for its deletion: ends its sessions and revokes its tokens and keys at once, everywhere. Its names stay taken, and whoever logs in
 * before the grace is over may keep it. No days of grace: it is purged as soon as there is time.
 */
export async function requestDeletion(
  tx: Transaction,
  { accountId, actor, told, graceDays }: DeletionAct & { readonly graceDays: number },
): Promise<RequestedDeletion> {
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (account === undefined) return { ok: false, reason: 'unknown_account' }
  const deleteAfter = tx.now + graceDays * DAY_MS
  if (!(await markDeletion(tx, accountId, { deleteAfter, actor }))) return { ok: false, reason: 'already_requested' }
  await logOutEverywhere(tx, accountId, actor)
  await revokeKeysOfAccount(tx, accountId, actor)
  await endChallenges(tx, accountId)
  if (told) {
    const what = { notice: 'deletion_requested', deleteAfter: graceDays === 0 ? undefined : deleteAfter } as const
    await leaveNotice(tx, told.notices, { ...told.doer, accountId, ...what })
  }
  return { ok: true, deleteAfter }
}
