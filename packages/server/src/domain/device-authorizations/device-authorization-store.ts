import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { DeviceAuthorization, DeviceGrant } from './device-authorization.ts'

interface DeviceAuthorizationRow {
  readonly id: string
  readonly user_code_hash: string
  readonly client_id: string
  readonly audience: string
  readonly scopes: string
  readonly network: string
  readonly user_agent: string | null
  readonly state: DeviceAuthorization['state']
  readonly expires_at: number
  readonly interval_seconds: number
  readonly polled_at: number | null
  readonly decided_at: number | null
  readonly account_id: string | null
  readonly authenticated_at: number | null
  readonly methods: string | null
  readonly browser_session_id: string | null
}

type DeviceAuthorizationTables = { device_authorization: DeviceAuthorizationRow }

/** False when another one has that user code. */
export async function insertDeviceAuthorization(
  sql: Queries,
  { grant: _, ...one }: DeviceAuthorization,
  userCodeHash: string,
): Promise<boolean> {
  const inserted = await sql
    .withTables<DeviceAuthorizationTables>()
    .insertInto('device_authorization')
    .values({
      id: one.id,
      user_code_hash: userCodeHash,
      client_id: one.clientId,
      audience: one.audience,
      scopes: JSON.stringify(one.scopes),
      network: one.network,
      user_agent: one.userAgent ?? null,
      state: one.state,
      expires_at: one.expiresAt,
      interval_seconds: one.intervalSeconds,
      polled_at: null,
      decided_at: null,
      account_id: null,
      authenticated_at: null,
      methods: null,
      browser_session_id: null,
    })
    .onConflict((conflict) => conflict.column('user_code_hash').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function countPending(sql: Queries, network: string, now: EpochMilliseconds): Promise<number> {
  const { count } = await sql
    .withTables<DeviceAuthorizationTables>()
    .selectFrom('device_authorization')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('network', '=', network)
    .where('expires_at', '>', now)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Absent when nobody waits for a decision under that user code. */
export async function selectPending(
  sql: Queries,
  userCodeHash: string,
  now: EpochMilliseconds,
): Promise<DeviceAuthorization | undefined> {
  const row = await sql
    .withTables<DeviceAuthorizationTables>()
    .selectFrom('device_authorization')
    .selectAll()
    .where('user_code_hash', '=', userCodeHash)
    .where('state', '=', 'pending')
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && toDeviceAuthorization(row)
}

/** Decides what is pending, and returns it as decided; absent when nobody waits for a decision under that user code. */
export async function updateDecision(
  sql: Queries,
  userCodeHash: string,
  { now, decidedAt, grant }: { now: EpochMilliseconds; decidedAt: EpochMilliseconds; grant: DeviceGrant | undefined },
): Promise<DeviceAuthorization | undefined> {
  const row = await sql
    .withTables<DeviceAuthorizationTables>()
    .updateTable('device_authorization')
    .set({
      state: grant ? 'granted' : 'denied',
      decided_at: decidedAt,
      account_id: grant?.accountId ?? null,
      authenticated_at: grant?.authenticatedAt ?? null,
      methods: grant?.methods.join(' ') ?? null,
      browser_session_id: grant?.browserSessionId ?? null,
    })
    .where('user_code_hash', '=', userCodeHash)
    .where('state', '=', 'pending')
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
  return row && toDeviceAuthorization(row)
}

/**
 * Reads one and keeps it until the end of the transaction, waiting for whoever is changing it. An update that changes nothing, since
 * SQLite has no SELECT … FOR UPDATE.
 */
export async function lockDeviceAuthorization(sql: Queries, id: string): Promise<DeviceAuthorization | undefined> {
  const row = await sql
    .withTables<DeviceAuthorizationTables>()
    .updateTable('device_authorization')
    .set(({ ref }) => ({ state: ref('state') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toDeviceAuthorization(row)
}

/** Of one that is locked. */
export async function updatePoll(
  sql: Queries,
  id: string,
  { polledAt, intervalSeconds }: { readonly polledAt: EpochMilliseconds; readonly intervalSeconds: number },
): Promise<void> {
  await sql
    .withTables<DeviceAuthorizationTables>()
    .updateTable('device_authorization')
    .set({ polled_at: polledAt, interval_seconds: intervalSeconds })
    .where('id', '=', id)
    .execute()
}

/** Of one that is locked. */
export async function markUsed(sql: Queries, id: string): Promise<void> {
  await sql
    .withTables<DeviceAuthorizationTables>()
    .updateTable('device_authorization')
    .set({ state: 'used' })
    .where('id', '=', id)
    .execute()
}

/** Deletes some; returns how many. */
export async function deleteExpired(sql: Queries, before: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<DeviceAuthorizationTables>()
  const some = tables.selectFrom('device_authorization').select('id').where('expires_at', '<', before).limit(most)
  const deleted = await tables.deleteFrom('device_authorization').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

function toDeviceAuthorization(row: DeviceAuthorizationRow): DeviceAuthorization {
  const { account_id: accountId, authenticated_at: authenticatedAt, browser_session_id: browserSessionId } = row
  const methods = row.methods?.split(' ').filter((method) => method !== '') ?? []
  const isGranted = accountId !== null && authenticatedAt !== null && browserSessionId !== null
  return {
    id: row.id,
    clientId: row.client_id,
    audience: row.audience,
    scopes: JSON.parse(row.scopes),
    network: row.network,
    userAgent: row.user_agent ?? undefined,
    state: row.state,
    expiresAt: row.expires_at,
    intervalSeconds: row.interval_seconds,
    polledAt: row.polled_at ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    grant: isGranted ? { accountId, authenticatedAt, methods, browserSessionId } : undefined,
  }
}
