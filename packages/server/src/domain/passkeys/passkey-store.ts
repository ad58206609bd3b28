import type { Queries } from '../../platform/database/database.ts'
import type { Passkey } from './passkey.ts'

type PasskeyTables = {
  passkey: {
    credential_id: string
    id: string
    account_id: string
    public_key: string
    sign_count: number
    transports: string
    is_backup_eligible: number
    is_backed_up: number
    is_user_verified: number
    aaguid: string
    name: string
    created_at: number
    used_at: number | null
    suspended_at: number | null
  }
  passkey_user: { account_id: string; handle: string }
}

/** Whether the credential was new: false when somebody has it already. */
export async function insertPasskey(sql: Queries, passkey: Passkey): Promise<boolean> {
  const inserted = await sql
    .withTables<PasskeyTables>()
    .insertInto('passkey')
    .values({
      credential_id: passkey.credentialId,
      id: passkey.id,
      account_id: passkey.accountId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      transports: JSON.stringify(passkey.transports),
      is_backup_eligible: passkey.isBackupEligible ? 1 : 0,
      is_backed_up: passkey.isBackedUp ? 1 : 0,
      is_user_verified: passkey.isUserVerified ? 1 : 0,
      aaguid: passkey.aaguid,
      name: passkey.name,
      created_at: passkey.createdAt,
      used_at: passkey.usedAt ?? null,
      suspended_at: passkey.suspendedAt ?? null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .returning('credential_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function selectPasskey(sql: Queries, credentialId: string): Promise<Passkey | undefined> {
  const row = await sql
    .withTables<PasskeyTables>()
    .selectFrom('passkey')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  return row && toPasskey(row)
}

export async function selectPasskeysOf(sql: Queries, accountId: string): Promise<Passkey[]> {
  const rows = await sql
    .withTables<PasskeyTables>()
    .selectFrom('passkey')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('credential_id')
    .execute()
  return rows.map(toPasskey)
}

export async function updatePasskey(
  sql: Queries,
  { credentialId, name, signCount, isBackedUp, isUserVerified, usedAt, suspendedAt }: Passkey,
): Promise<void> {
  await sql
    .withTables<PasskeyTables>()
    .updateTable('passkey')
    .set({
      name,
      sign_count: signCount,
      is_backed_up: isBackedUp ? 1 : 0,
      is_user_verified: isUserVerified ? 1 : 0,
      used_at: usedAt ?? null,
      suspended_at: suspendedAt ?? null,
    })
    .where('credential_id', '=', credentialId)
    .execute()
}

export async function deletePasskey(sql: Queries, credentialId: string): Promise<void> {
  await sql.withTables<PasskeyTables>().deleteFrom('passkey').where('credential_id', '=', credentialId).execute()
}

/** Whatever is known of an account here: its passkeys and its user handle. */
export async function deletePasskeysOf(sql: Queries, accountId: string): Promise<void> {
  const tables = sql.withTables<PasskeyTables>()
  await tables.deleteFrom('passkey').where('account_id', '=', accountId).execute()
  await tables.deleteFrom('passkey_user').where('account_id', '=', accountId).execute()
}

export async function selectUserHandle(sql: Queries, accountId: string): Promise<string | undefined> {
  const row = await sql
    .withTables<PasskeyTables>()
    .selectFrom('passkey_user')
    .select('handle')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row?.handle
}

/** Keeps the one that is there. */
export async function insertUserHandle(sql: Queries, accountId: string, handle: string): Promise<void> {
  await sql
    .withTables<PasskeyTables>()
    .insertInto('passkey_user')
    .values({ account_id: accountId, handle })
    .onConflict((conflict) => conflict.column('account_id').doNothing())
    .execute()
}

function toPasskey(row: PasskeyTables['passkey']): Passkey {
  return {
    id: row.id,
    credentialId: row.credential_id,
    accountId: row.account_id,
    publicKey: row.public_key,
    signCount: row.sign_count,
    transports: JSON.parse(row.transports),
    isBackupEligible: row.is_backup_eligible === 1,
    isBackedUp: row.is_backed_up === 1,
    isUserVerified: row.is_user_verified === 1,
    aaguid: row.aaguid,
    name: row.name,
    createdAt: row.created_at,
    usedAt: row.used_at ?? undefined,
    suspendedAt: row.suspended_at ?? undefined,
  }
}
