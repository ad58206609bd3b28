import type { Database, Queries, Transaction } from '../../platform/database/database.ts'
import { listMembersWithRole, takeRoleFromMembers } from '../memberships/members-with-role.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { findClaimMarks } from '../revocations/moment-after-revocations.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { CONCURRENT_MS } from '../revocations/revocation.ts'
import { forgetRole } from '../roles/end-role.ts'
import { lockEndedRole } from '../roles/lock-role.ts'
import { deleteRoleOfAccounts, selectAccountsWithRole } from './account-store.ts'
import {
  deleteOutdated,
  lockOutdated,
  type OutdatedClaims,
  selectOutdatedIds,
  updateProgress,
} from './outdated-claims-store.ts'

/** So many accounts a transaction: every other revocation waits for it. */
const ACCOUNTS_A_STEP = 500

/**
 * Writes the records of the feed for all claims that are outdated, step by step, each durable by itself: whoever is killed in between has lost
 * nothing, and the next one goes on where it stopped. Any number of processes may do it at once. Returns the number up to which every
 * guard has heard of what was outdated before the call.
 */
export async function settleOutdatedClaims(database: Database): Promise<number> {
  for (const id of await selectOutdatedIds(database.read)) {
    let isDone = false
    while (!isDone) isDone = await database.write((tx) => takeStep(tx, id))
  }
  return getFeedSequence(database.read)
}

/** Whether it was the last one. */
async function takeStep(tx: Transaction, id: string): Promise<boolean> {
  const outdated = await lockOutdated(tx.sql, id)
  if (!outdated) return true
  if ('accountId' in outdated) {
    await deleteOutdated(tx.sql, id)
    await recordOutdated(tx, [outdated.accountId])
    return true
  }
  return takeStepOfRole(tx, outdated)
}

async function takeStepOfRole(
  tx: Transaction,
  { id, role, afterAccountId }: Extract<OutdatedClaims, { role: string }>,
): Promise<boolean> {
  const isOver = await lockEndedRole(tx, role)
  const accounts = await selectHolders(tx.sql, role, { after: afterAccountId, limit: ACCOUNTS_A_STEP })
  const last = accounts.at(-1)
  if (isOver && last !== undefined) {
    await deleteRoleOfAccounts(tx.sql, role, { after: afterAccountId, upTo: last })
    await takeRoleFromMembers(tx.sql, role, { after: afterAccountId, upTo: last })
  }
  const isDone = accounts.length < ACCOUNTS_A_STEP
  if (isDone) await deleteOutdated(tx.sql, id)
  else await updateProgress(tx.sql, id, last ?? '')
  if (isDone && isOver) await forgetRole(tx, role)
  if (last !== undefined) await recordOutdated(tx, accounts)
  return isDone
}

/** Accounts have it, or members of organizations: never both. */
async function selectHolders(
  sql: Queries,
  role: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  const accounts = await selectAccountsWithRole(sql, role, page)
  return accounts.length > 0 ? accounts : listMembersWithRole(sql, role, page)
}

/**
 * The change was committed before this transaction began, so a token with the claims of before is dated before it, or a little later where another
 * revocation had it wait; what is issued from now on begins after the record. A second change within the same moment has to concern what was
 * issued after the first.
 */
async function recordOutdated(tx: Transaction, accountIds: readonly string[]): Promise<void> {
  const marks = await findClaimMarks(tx.sql, accountIds)
  const forgetAt = await forgetTime(tx.sql, tx.now)
  const now = tx.now + CONCURRENT_MS + 1
  await recordRevocations(
    tx,
    accountIds.map((identifier) => {
      const moment = Math.max(now, (marks.get(identifier) ?? 0) + 1)
      return { kind: 'r', identifier, moment, forgetAt }
    }),
  )
}
