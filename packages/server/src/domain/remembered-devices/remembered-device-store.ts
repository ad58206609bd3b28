import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

export interface RememberedDeviceRow {
  readonly id: string
  readonly account_id: string
  readonly secret_hash: string
  readonly user_agent: string | null
  readonly network: string
  readonly created_at: EpochMilliseconds
  readonly expires_at: EpochMilliseconds
}

type RememberedDeviceTables = { remembered_device: RememberedDeviceRow }

export async function insertRememberedDevice(sql: Queries, row: RememberedDeviceRow): Promise<void> {
  await sql.withTables<RememberedDeviceTables>().insertInto('remembered_device').values(row).execute()
}

export async function selectRememberedDevice(sql: Queries, id: string): Promise<RememberedDeviceRow | undefined> {
  return sql
    .withTables<RememberedDeviceTables>()
    .selectFrom('remembered_device')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function selectRememberedDevices(
  sql: Queries,
  accountId: string,
  now: EpochMilliseconds,
): Promise<readonly RememberedDeviceRow[]> {
  return sql
    .withTables<RememberedDeviceTables>()
    .selectFrom('remembered_device')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .execute()
}

export async function deleteRememberedDevice(sql: Queries, accountId: string, id: string): Promise<boolean> {
  const deleted = await sql
    .withTables<RememberedDeviceTables>()
    .deleteFrom('remembered_device')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Returns how many. */
export async function deleteRememberedDevices(sql: Queries, accountId: string): Promise<number> {
  const deleted = await sql
    .withTables<RememberedDeviceTables>()
    .deleteFrom('remembered_device')
    .where('account_id', '=', accountId)
    .returning('id')
    .execute()
  return deleted.length
}

/** Deletes some; returns how many. */
export async function deleteExpiredDevices(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<RememberedDeviceTables>()
  const some = tables.selectFrom('remembered_device').select('id').where('expires_at', '<=', now).limit(most)
  const deleted = await tables.deleteFrom('remembered_device').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
