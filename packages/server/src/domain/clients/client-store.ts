import type { Queries } from '../../platform/database/database.ts'
import type { Client, ClientType } from './client.ts'

type ClientTables = {
  client: {
    id: string
    name: string
    type: ClientType
    secret_hash: string | null
    redirect_uris: string
    grants: string
    scopes: string
    idle_milliseconds: number
    absolute_milliseconds: number
    created_at: number
  }
}

export async function insertClient(sql: Queries, client: Client, secretHash: string | undefined): Promise<void> {
  await sql
    .withTables<ClientTables>()
    .insertInto('client')
    .values({
      id: client.id,
      name: client.name,
      type: client.type,
      secret_hash: secretHash ?? null,
      redirect_uris: JSON.stringify(client.redirectUris),
      grants: JSON.stringify(client.grants),
      scopes: JSON.stringify(client.scopes),
      idle_milliseconds: client.sessionLimits.idleMilliseconds,
      absolute_milliseconds: client.sessionLimits.absoluteMilliseconds,
      created_at: client.createdAt,
    })
    .execute()
}

export async function selectClient(
  sql: Queries,
  id: string,
): Promise<{ client: Client; secretHash: string | undefined } | undefined> {
  const row = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { client: toClient(row), secretHash: row.secret_hash ?? undefined }
}

function toClient(row: ClientTables['client']): Client {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    redirectUris: JSON.parse(row.redirect_uris),
    grants: JSON.parse(row.grants),
    scopes: JSON.parse(row.scopes),
    sessionLimits: { idleMilliseconds: row.idle_milliseconds, absoluteMilliseconds: row.absolute_milliseconds },
    createdAt: row.created_at,
  }
}
