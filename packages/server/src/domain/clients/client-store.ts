import type { Queries } from '../../platform/database/database.ts'
import type { Client, ClientType, IdTokenAlgorithm } from './client.ts'

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
    is_first_party: number
    id_token_algorithm: string
    post_logout_redirect_uris: string
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
      is_first_party: client.isFirstParty ? 1 : 0,
      id_token_algorithm: client.idTokenAlgorithm,
      post_logout_redirect_uris: JSON.stringify(client.postLogoutRedirectUris),
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

export async function selectClients(sql: Queries): Promise<Client[]> {
  const clients = sql.withTables<ClientTables>().selectFrom('client').selectAll()
  return (await clients.orderBy('created_at').orderBy('id').execute()).map(toClient)
}

/** The algorithms that some client wants its ID tokens signed with. */
export async function selectIdTokenAlgorithms(sql: Queries): Promise<readonly IdTokenAlgorithm[]> {
  const rows = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .select('id_token_algorithm')
    .distinct()
    .execute()
  return rows.map((row) => row.id_token_algorithm as IdTokenAlgorithm)
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
    isFirstParty: row.is_first_party === 1,
    idTokenAlgorithm: row.id_token_algorithm as IdTokenAlgorithm,
    postLogoutRedirectUris: JSON.parse(row.post_logout_redirect_uris),
    createdAt: row.created_at,
  }
}
