import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Acr } from '../assurance/acr.ts'
import { noteCatalogueChange } from '../catalogue/catalogue-version.ts'
import { CurrentCopies } from '../catalogue/current-copies.ts'
import type { Api, ApiPermission } from './api.ts'
import type { TokenAlgorithm } from './token-algorithm.ts'

type ApiTables = {
  api: {
    audience: string
    name: string
    scopes: string
    scope_descriptions: string
    permissions: string
    lifetime_seconds: number
    algorithm: TokenAlgorithm
    required_acr: string | null
    sealed_secret: string | null
    created_at: number
    /** When it was deleted: nobody finds it any more, and what it left goes in steps. */
    ended_at: number | null
  }
  outlived_lifetime: { id: string; until: EpochMilliseconds }
}

/** Whether the row was new: false when an API of this audience stands already. */
export async function insertApi(sql: Queries, api: Api): Promise<boolean> {
  const inserted = await sql
    .withTables<ApiTables>()
    .insertInto('api')
    .values({
      audience: api.audience,
      name: api.name,
      scopes: JSON.stringify(api.scopes),
      scope_descriptions: JSON.stringify(api.scopeDescriptions),
      permissions: JSON.stringify(api.permissions),
      lifetime_seconds: api.lifetimeSeconds,
      algorithm: api.algorithm,
      required_acr: api.requiredAcr ?? null,
      sealed_secret: api.sealedSecret ?? null,
      created_at: api.createdAt,
    })
    .onConflict((conflict) => conflict.column('audience').doNothing())
    .returning('audience')
    .executeTakeFirst()
  if (inserted) await noteCatalogueChange(sql)
  return inserted !== undefined
}

/** Writes an API of this server's own, whether it stands already or not. */
export async function putBuiltInApi(sql: Queries, api: Api): Promise<void> {
  const tables = sql.withTables<ApiTables>()
  await tables.deleteFrom('api').where('audience', '=', api.audience).execute()
  await insertApi(sql, api)
}

const copies = new CurrentCopies<Api>()
const listCopies = new CurrentCopies<Api[]>({ most: 1 })

export function selectApi(sql: Queries, audience: string): Promise<Api | undefined> {
  return copies.obtain(sql, audience, () => readApi(sql, audience))
}

async function readApi(sql: Queries, audience: string): Promise<Api | undefined> {
  const row = await sql
    .withTables<ApiTables>()
    .selectFrom('api')
    .selectAll()
    .where('audience', '=', audience)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && toApi(row)
}

export async function selectApis(sql: Queries): Promise<readonly Api[]> {
  return (await listCopies.obtain(sql, 'all', () => readApis(sql))) ?? []
}

async function readApis(sql: Queries): Promise<Api[]> {
  const rows = await sql
    .withTables<ApiTables>()
    .selectFrom('api')
    .selectAll()
    .where('ended_at', 'is', null)
    .orderBy('created_at')
    .orderBy('audience')
    .execute()
  return rows.map(toApi)
}

/** Keeps the row as it is until the transaction ends, waiting for whoever changes it. An update that changes nothing, since SQLite has no SELECT … FOR UPDATE. */
export async function lockRow(sql: Queries, audience: string): Promise<void> {
  await sql
    .withTables<ApiTables>()
    .updateTable('api')
    .set(({ ref }) => ({ name: ref('name') }))
    .where('audience', '=', audience)
    .execute()
}

/** Writes what may change of an API. */
export async function updateApi(sql: Queries, api: Api): Promise<void> {
  await sql
    .withTables<ApiTables>()
    .updateTable('api')
    .set({
      name: api.name,
      scopes: JSON.stringify(api.scopes),
      scope_descriptions: JSON.stringify(api.scopeDescriptions),
      permissions: JSON.stringify(api.permissions),
      lifetime_seconds: api.lifetimeSeconds,
      algorithm: api.algorithm,
      required_acr: api.requiredAcr ?? null,
    })
    .where('audience', '=', api.audience)
    .execute()
  await noteCatalogueChange(sql)
}

/** Whether this call ended it. */
export async function markApiEnded(sql: Queries, audience: string, now: EpochMilliseconds): Promise<boolean> {
  const ended = await sql
    .withTables<ApiTables>()
    .updateTable('api')
    .set({ ended_at: now, sealed_secret: null })
    .where('audience', '=', audience)
    .where('ended_at', 'is', null)
    .returning('audience')
    .executeTakeFirst()
  if (ended) await noteCatalogueChange(sql)
  return ended !== undefined
}

/** Those that were deleted and whose traces are still there. */
export async function selectEndedApis(
  sql: Queries,
): Promise<readonly { readonly audience: string; readonly endedAt: EpochMilliseconds }[]> {
  const rows = await sql
    .withTables<ApiTables>()
    .selectFrom('api')
    .select(['audience', 'ended_at'])
    .where('ended_at', 'is not', null)
    .execute()
  return rows.map(({ audience, ended_at }) => ({ audience, endedAt: ended_at ?? 0 }))
}

export async function deleteEndedApi(sql: Queries, audience: string): Promise<void> {
  await sql
    .withTables<ApiTables>()
    .deleteFrom('api')
    .where('audience', '=', audience)
    .where('ended_at', 'is not', null)
    .execute()
  await noteCatalogueChange(sql)
}

/** Remembers that tokens may be out there until a moment though no API gives such a lifetime any more. */
export async function raiseOutlivedLifetime(sql: Queries, until: EpochMilliseconds): Promise<void> {
  await sql.withTables<ApiTables>().updateTable('outlived_lifetime').set({ until }).where('until', '<', until).execute()
}

export async function selectOutlivedLifetime(sql: Queries): Promise<EpochMilliseconds> {
  const row = await sql
    .withTables<ApiTables>()
    .selectFrom('outlived_lifetime')
    .select('until')
    .executeTakeFirstOrThrow()
  return row.until
}

function toApi(row: ApiTables['api']): Api {
  return {
    audience: row.audience,
    name: row.name,
    scopes: JSON.parse(row.scopes),
    scopeDescriptions: JSON.parse(row.scope_descriptions),
    permissions: (JSON.parse(row.permissions) as ApiPermission[]).map(({ name, description, scope }) => ({
      name,
      description,
      scope,
    })),
    lifetimeSeconds: row.lifetime_seconds,
    algorithm: row.algorithm,
    requiredAcr: (row.required_acr as Acr | null) ?? undefined,
    sealedSecret: row.sealed_secret ?? undefined,
    createdAt: row.created_at,
  }
}
