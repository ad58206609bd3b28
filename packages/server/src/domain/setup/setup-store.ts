import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type SetupTables = {
  setup_code: { id: string; code_hash: string; sealed_code: string; issued_at: number; expires_at: number }
}

/** There is one row at most. */
const THE_CODE = 'the code'

export interface SetupCodeRow {
  readonly codeHash: string
  readonly sealedCode: string
  readonly issuedAt: EpochMilliseconds
  readonly expiresAt: EpochMilliseconds
}

/** Puts a code in the place of the one before. */
export async function replaceCode(
  sql: Queries,
  { codeHash, sealedCode, issuedAt, expiresAt }: SetupCodeRow,
): Promise<void> {
  const row = { code_hash: codeHash, sealed_code: sealedCode, issued_at: issuedAt, expires_at: expiresAt }
  await sql
    .withTables<SetupTables>()
    .insertInto('setup_code')
    .values({ id: THE_CODE, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

export async function selectCode(sql: Queries): Promise<SetupCodeRow | undefined> {
  const row = await sql.withTables<SetupTables>().selectFrom('setup_code').selectAll().executeTakeFirst()
  return (
    row && { codeHash: row.code_hash, sealedCode: row.sealed_code, issuedAt: row.issued_at, expiresAt: row.expires_at }
  )
}

export async function deleteCode(sql: Queries): Promise<void> {
  await sql.withTables<SetupTables>().deleteFrom('setup_code').execute()
}
