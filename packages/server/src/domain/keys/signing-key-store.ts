import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { SigningAlgorithm, SigningKey, SigningKeyState } from './signing-key.ts'

type SigningKeyTables = {
  signing_key: {
    kid: string
    algorithm: SigningAlgorithm
    state: SigningKeyState
    public_jwk: string
    sealed_private_key: string | null
    created_at: number
    state_since: number
  }
  signing_key_schedule: { id: string; advanced_at: number }
}

export async function insertSigningKey(sql: Queries, key: SigningKey): Promise<void> {
  await sql
    .withTables<SigningKeyTables>()
    .insertInto('signing_key')
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      state: key.state,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private_key: key.sealedPrivateKey ?? null,
      created_at: key.createdAt,
      state_since: key.stateSince,
    })
    .execute()
}

/** All keys, the oldest first. */
export async function selectSigningKeys(sql: Queries): Promise<SigningKey[]> {
  const rows = await sql
    .withTables<SigningKeyTables>()
    .selectFrom('signing_key')
    .selectAll()
    .orderBy('created_at')
    .orderBy('kid')
    .execute()
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    state: row.state,
    publicJwk: JSON.parse(row.public_jwk),
    sealedPrivateKey: row.sealed_private_key ?? undefined,
    createdAt: row.created_at,
    stateSince: row.state_since,
  }))
}

/** Moves a key on. A key that no longer signs loses its private half. */
export async function updateSigningKeyState(
  sql: Queries,
  kid: string,
  state: SigningKeyState,
  now: EpochMilliseconds,
): Promise<void> {
  const gone = state === 'retiring' || state === 'retired'
  await sql
    .withTables<SigningKeyTables>()
    .updateTable('signing_key')
    .set({ state, state_since: now, ...(gone ? { sealed_private_key: null } : {}) })
    .where('kid', '=', kid)
    .execute()
}

/** Holds every other instance's schedule back until this transaction ends: the row lock is the whole point. */
export async function lockSchedule(sql: Queries, now: EpochMilliseconds): Promise<void> {
  await sql.withTables<SigningKeyTables>().updateTable('signing_key_schedule').set({ advanced_at: now }).execute()
}
