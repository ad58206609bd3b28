import type { Queries } from '../../platform/database/database.ts'
import type { Acr } from '../assurance/acr.ts'
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
  }
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
  return inserted !== undefined
}

export async function selectApi(sql: Queries, audience: string): Promise<Api | undefined> {
  const row = await sql
    .withTables<ApiTables>()
    .selectFrom('api')
    .selectAll()
    .where('audience', '=', audience)
    .executeTakeFirst()
  return row && toApi(row)
}

export async function selectApis(sql: Queries): Promise<Api[]> {
  const rows = await sql
    .withTables<ApiTables>()
    .selectFrom('api')
    .selectAll()
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
      required_acr: api.requiredAcr ?? null,
    })
    .where('audience', '=', api.audience)
    .execute()
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
