import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { FederatedIdentity } from './federated-identity.ts'

type FederatedIdentityTables = {
  federated_identity: {
    issuer: string
    subject: string
    account_id: string
    linked_at: number
    last_used_at: number
  }
}

/** Whether the row was new: false when somebody has the identity already. */
export async function insertIdentity(sql: Queries, identity: FederatedIdentity): Promise<boolean> {
  const inserted = await sql
    .withTables<FederatedIdentityTables>()
    .insertInto('federated_identity')
    .values({
      issuer: identity.issuer,
      subject: identity.subject,
      account_id: identity.accountId,
      linked_at: identity.linkedAt,
      last_used_at: identity.lastUsedAt,
    })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .returning('issuer')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function selectIdentity(
  sql: Queries,
  issuer: string,
  subject: string,
): Promise<FederatedIdentity | undefined> {
  const row = await sql
    .withTables<FederatedIdentityTables>()
    .selectFrom('federated_identity')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row && toIdentity(row)
}

export async function selectIdentitiesOf(sql: Queries, accountId: string): Promise<FederatedIdentity[]> {
  const rows = await sql
    .withTables<FederatedIdentityTables>()
    .selectFrom('federated_identity')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('linked_at')
    .execute()
  return rows.map(toIdentity)
}

export async function updateLastUse(
  sql: Queries,
  { issuer, subject }: FederatedIdentity,
  now: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<FederatedIdentityTables>()
    .updateTable('federated_identity')
    .set({ last_used_at: now })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
}

export async function deleteIdentitiesAt(sql: Queries, accountId: string, issuer: string): Promise<void> {
  await sql
    .withTables<FederatedIdentityTables>()
    .deleteFrom('federated_identity')
    .where('account_id', '=', accountId)
    .where('issuer', '=', issuer)
    .execute()
}

export async function deleteIdentitiesOf(sql: Queries, accountId: string): Promise<void> {
  await sql
    .withTables<FederatedIdentityTables>()
    .deleteFrom('federated_identity')
    .where('account_id', '=', accountId)
    .execute()
}

function toIdentity(row: FederatedIdentityTables['federated_identity']): FederatedIdentity {
  return {
    issuer: row.issuer,
    subject: row.subject,
    accountId: row.account_id,
    linkedAt: row.linked_at,
    lastUsedAt: row.last_used_at,
  }
}
