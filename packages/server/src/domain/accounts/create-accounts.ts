import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { randomId } from '../../platform/random/random.ts'
import type { Actor, AuditDetail } from '../audit/audit-event.ts'
import { recordAuditEvents } from '../audit/record-audit-event.ts'
import { lockRole } from '../roles/lock-role.ts'
import type { Account } from './account.ts'
import { insertAccounts, insertIdentifiers, selectTakenIdentifiers } from './account-store.ts'
import { MOST_ROLES_OF_ACCOUNT } from './change-role.ts'
import type { CreatedAccount } from './create-account.ts'
import type { Email } from './parse-email.ts'
import type { Username } from './parse-username.ts'

/** An account that was one elsewhere. */
export interface AccountToCreate {
  /** Kept if given: nobody else has it. Default: a new one. */
  readonly id?: string | undefined
  readonly username: Username
  readonly email: Email | undefined
  readonly emailVerifiedAt: EpochMilliseconds | undefined
  readonly roles: readonly string[]
  /** Default: now. */
  readonly createdAt: EpochMilliseconds | undefined
  readonly disabledAt: EpochMilliseconds | undefined
  readonly disabledBy: Account['disabledBy']
  readonly deleteAfter: EpochMilliseconds | undefined
}

/** Somebody took a name meanwhile: the same again will find it taken. */
export class NameTakenMeanwhile extends Error {}

/**
 * Creates many accounts in a few statements, each judged as if they came one after the other: of two with one name the first has it. An account that is
 * refused leaves nothing behind, and the others are created all the same.
 *
 * @throws NameTakenMeanwhile
 */
export async function createAccounts(
  tx: Transaction,
  creations: readonly AccountToCreate[],
  { actor, detail }: { readonly actor: Actor; readonly detail: AuditDetail },
): Promise<readonly CreatedAccount[]> {
  const known = await lockRoles(tx, creations)
  const taken = new Set(await findTakenNames(tx.sql, creations))
  const outcomes = creations.map((creation) => judge(tx, creation, { known, taken }))
  const accounts = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.account] : []))
  if (accounts.length === 0) return outcomes
  const identifiers = outcomes.flatMap((outcome, index) =>
    outcome.ok ? namesOf(creations[index]).map((value) => ({ value, accountId: outcome.account.id })) : [],
  )
  if ((await insertIdentifiers(tx.sql, identifiers)) !== identifiers.length) throw new NameTakenMeanwhile()
  await insertAccounts(tx.sql, accounts)
  // Not as `account.created`: nobody's webhooks want to be called a million times.
  const event = { act: 'account.imported', actor, outcome: 'done' } as const
  await recordAuditEvents(
    tx,
    accounts.map(({ id, roles }) => ({ ...event, accountId: id, detail: { ...detail, roles } })),
  )
  return outcomes
}

/** Which names of these accounts are somebody's already. */
export function findTakenNames(sql: Queries, creations: readonly AccountToCreate[]): Promise<readonly string[]> {
  return selectTakenIdentifiers(sql, [...new Set(creations.flatMap(namesOf))])
}

/** The user name and the address share one namespace, and may be the same. */
function namesOf(creation: AccountToCreate | undefined): string[] {
  if (creation === undefined) return []
  const { username, email } = creation
  return [...new Set([username.canonical, ...(email === undefined ? [] : [email.canonical])])]
}

async function lockRoles(tx: Transaction, creations: readonly AccountToCreate[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>()
  // In one order, whoever else locks some of them.
  for (const role of [...new Set(creations.flatMap(({ roles }) => roles))].sort())
    if (await lockRole(tx, role)) known.add(role)
  return known
}

function judge(
  tx: Transaction,
  creation: AccountToCreate,
  { known, taken }: { readonly known: ReadonlySet<string>; readonly taken: Set<string> },
): CreatedAccount {
  const { username, email } = creation
  const roles = [...new Set(creation.roles)].sort()
  if (roles.length > MOST_ROLES_OF_ACCOUNT) return { ok: false, reason: 'too_many_roles' }
  const unknown = roles.find((role) => !known.has(role))
  if (unknown !== undefined) return { ok: false, reason: 'unknown_role', role: unknown }
  if (taken.has(username.canonical)) return { ok: false, reason: 'username_taken' }
  if (email !== undefined && taken.has(email.canonical)) return { ok: false, reason: 'email_taken' }
  for (const name of namesOf(creation)) taken.add(name)
  const account: Account = {
    id: creation.id ?? `acc_${randomId()}`,
    username: username.text,
    email: email?.text,
    emailVerifiedAt: email === undefined ? undefined : creation.emailVerifiedAt,
    roles,
    createdAt: creation.createdAt ?? tx.now,
    disabledAt: creation.disabledAt,
    disabledBy: creation.disabledBy,
    deleteAfter: creation.deleteAfter,
  }
  return { ok: true, account }
}
