import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { RegistrationToken } from './registration-token.ts'

type RegistrationTables = {
  registration_token: {
    id: string
    token_hash: string
    grants: string
    scopes: string
    uses_left: number
    created_at: number
    expires_at: number
  }
}

export async function insertToken(sql: Queries, token: RegistrationToken, tokenHash: string): Promise<void> {
  const row = {
    id: token.id,
    token_hash: tokenHash,
    grants: JSON.stringify(token.policy.grants),
    scopes: JSON.stringify(token.policy.scopes),
    uses_left: token.usesLeft,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  }
  await sql.withTables<RegistrationTables>().insertInto('registration_token').values(row).execute()
}

/** The token that can be used at this moment; absent when it is unknown, used up or expired. */
export async function selectUsable(
  sql: Queries,
  tokenHash: string,
  now: EpochMilliseconds,
): Promise<RegistrationToken | undefined> {
  const row = await sql
    .withTables<RegistrationTables>()
    .selectFrom('registration_token')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('uses_left', '>', 0)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && toToken(row)
}

/** Takes one use; false when none is left. Whoever is changing the row is waited for, so that no use is taken twice. */
export async function takeUse(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const taken = await sql
    .withTables<RegistrationTables>()
    .updateTable('registration_token')
    .set(({ eb }) => ({ uses_left: eb('uses_left', '-', 1) }))
    .where('id', '=', id)
    .where('uses_left', '>', 0)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

export async function selectTokens(sql: Queries): Promise<readonly RegistrationToken[]> {
  const tokens = sql.withTables<RegistrationTables>().selectFrom('registration_token').selectAll()
  return (await tokens.orderBy('created_at').orderBy('id').execute()).map(toToken)
}

/** Whether there was one. */
export async function deleteToken(sql: Queries, id: string): Promise<boolean> {
  const deleted = await sql
    .withTables<RegistrationTables>()
    .deleteFrom('registration_token')
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Deletes some; returns how many. */
export async function deleteExpired(sql: Queries, before: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<RegistrationTables>()
  const some = tables.selectFrom('registration_token').select('id').where('expires_at', '<', before).limit(most)
  const deleted = await tables.deleteFrom('registration_token').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

function toToken(row: RegistrationTables['registration_token']): RegistrationToken {
  return {
    id: row.id,
    policy: { grants: JSON.parse(row.grants), scopes: JSON.parse(row.scopes) },
    usesLeft: row.uses_left,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
