import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { CodePurpose } from '../mails/mail.ts'

export interface ChallengeRow {
  readonly id: string
  readonly purpose: CodePurpose
  readonly email: string
  readonly account_id: string | null
  readonly sealed_payload: string
  readonly link_hash: string
  readonly code_hash: string
  /** Of what the right code has given. Null: it was not typed yet. */
  readonly proof_hash: string | null
  readonly wrong_codes: number
  readonly expires_at: EpochMilliseconds
  readonly used_at: EpochMilliseconds | null
}

type ChallengeTables = { email_challenge: ChallengeRow }

export async function insertChallenge(sql: Queries, row: ChallengeRow): Promise<void> {
  await sql.withTables<ChallengeTables>().insertInto('email_challenge').values(row).execute()
}

export async function selectChallenge(sql: Queries, id: string): Promise<ChallengeRow | undefined> {
  return sql
    .withTables<ChallengeTables>()
    .selectFrom('email_challenge')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Reads a challenge and keeps it until the transaction ends. An update that changes nothing, since SQLite has no SELECT … FOR UPDATE. */
export async function lockChallenge(sql: Queries, id: string): Promise<ChallengeRow | undefined> {
  return sql
    .withTables<ChallengeTables>()
    .updateTable('email_challenge')
    .set(({ ref }) => ({ wrong_codes: ref('wrong_codes') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function addWrongCode(sql: Queries, id: string): Promise<void> {
  await sql
    .withTables<ChallengeTables>()
    .updateTable('email_challenge')
    .set(({ eb }) => ({ wrong_codes: eb('wrong_codes', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

export async function updateProof(sql: Queries, id: string, proofHash: string): Promise<void> {
  await sql
    .withTables<ChallengeTables>()
    .updateTable('email_challenge')
    .set({ proof_hash: proofHash })
    .where('id', '=', id)
    .execute()
}

/** Whether this call was the one that used it, in time. */
export async function markUsed(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const used = await sql
    .withTables<ChallengeTables>()
    .updateTable('email_challenge')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return used !== undefined
}

export async function expireChallenges(
  sql: Queries,
  { accountId, now }: { readonly accountId: string; readonly now: EpochMilliseconds },
): Promise<void> {
  await sql
    .withTables<ChallengeTables>()
    .updateTable('email_challenge')
    .set({ expires_at: now })
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .execute()
}

export async function selectChallengesOf(sql: Queries, accountId: string): Promise<readonly ChallengeRow[]> {
  return sql
    .withTables<ChallengeTables>()
    .selectFrom('email_challenge')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('expires_at')
    .execute()
}

export async function deleteChallengesOf(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<ChallengeTables>().deleteFrom('email_challenge').where('account_id', '=', accountId).execute()
}

/** Deletes some; returns how many. */
export async function deleteExpired(sql: Queries, before: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<ChallengeTables>()
  const some = tables.selectFrom('email_challenge').select('id').where('expires_at', '<', before).limit(most)
  const deleted = await tables.deleteFrom('email_challenge').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
