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
      created_at: client.createdAt,
    })
    .execute()
}
