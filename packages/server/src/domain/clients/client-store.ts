import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Acr } from '../assurance/acr.ts'
import type { Client, ClientType, IdTokenAlgorithm, Registrant } from './client.ts'

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
    userinfo_algorithm: string | null
    backchannel_logout: string | null
    keys: string | null
    is_dpop_required: number
    is_push_required: number
    required_acr: string | null
    created_at: number
    document_fresh_until: number | null
    registered_by: string | null
    /** When a person first let a client in that no operator registered. */
    agreed_at: number | null
  }
}

export async function insertClient(sql: Queries, client: Client, secretHash: string | undefined): Promise<void> {
  const row = { ...toRow(client), secret_hash: secretHash ?? null }
  await sql.withTables<ClientTables>().insertInto('client').values(row).execute()
}

/** Stores a client that a document describes, over what an older reading of it said. */
export async function upsertDocumentClient(sql: Queries, client: Client): Promise<void> {
  const { id, created_at, ...described } = toRow(client)
  await sql
    .withTables<ClientTables>()
    .insertInto('client')
    .values({ id, created_at, ...described, secret_hash: null })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(described))
    .execute()
}

/** Notes that a person let a client in that no operator registered, so that it is not forgotten. */
export async function markAgreed(sql: Queries, id: string, now: EpochMilliseconds): Promise<void> {
  await sql
    .withTables<ClientTables>()
    .updateTable('client')
    .set({ agreed_at: now })
    .where('id', '=', id)
    .where('agreed_at', 'is', null)
    .where((row) => row.or([row('document_fresh_until', 'is not', null), row('registered_by', 'is not', null)]))
    .execute()
}

/** Deletes clients whose documents went stale before a moment, and which nobody ever let in. */
export async function deleteUnusedDocumentClients(sql: Queries, staleBefore: EpochMilliseconds): Promise<void> {
  await sql
    .withTables<ClientTables>()
    .deleteFrom('client')
    .where('document_fresh_until', '<', staleBefore)
    .where('agreed_at', 'is', null)
    .execute()
}

/** The registrants that are networks. */
const OF_NETWORKS = 'network:%'

/** Deletes clients that strangers registered before a moment, and which nobody ever let in. */
export async function deleteUnusedStrangers(sql: Queries, registeredBefore: EpochMilliseconds): Promise<void> {
  await sql
    .withTables<ClientTables>()
    .deleteFrom('client')
    .where('registered_by', 'like', OF_NETWORKS)
    .where('created_at', '<', registeredBefore)
    .where('agreed_at', 'is', null)
    .execute()
}

/** How many clients strangers have registered that nobody has let in yet. */
export async function countUnusedStrangers(sql: Queries): Promise<number> {
  const row = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('registered_by', 'like', OF_NETWORKS)
    .where('agreed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** When each of the newest clients of a registrant was registered, the newest first. */
export async function selectRegistrations(
  sql: Queries,
  registrant: Registrant,
  limit: number,
): Promise<readonly EpochMilliseconds[]> {
  const rows = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .select('created_at')
    .where('registered_by', '=', registrant)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => row.created_at)
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

/** Whether any demands a second factor of its people. */
export async function selectIsFactorRequired(sql: Queries): Promise<boolean> {
  const clients = sql.withTables<ClientTables>().selectFrom('client').select('id')
  return (await clients.where('required_acr', 'is not', null).limit(1).executeTakeFirst()) !== undefined
}

export async function selectClients(sql: Queries): Promise<Client[]> {
  const clients = sql.withTables<ClientTables>().selectFrom('client').selectAll()
  return (await clients.orderBy('created_at').orderBy('id').execute()).map(toClient)
}

/** The algorithms that some client wants its ID tokens or its userinfo signed with. */
export async function selectIdTokenAlgorithms(sql: Queries): Promise<readonly IdTokenAlgorithm[]> {
  const rows = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .select(['id_token_algorithm', 'userinfo_algorithm'])
    .distinct()
    .execute()
  const algorithms = rows.flatMap((row) => [row.id_token_algorithm, row.userinfo_algorithm])
  return [...new Set(algorithms)].filter((algorithm): algorithm is IdTokenAlgorithm => algorithm !== null)
}

function toRow(client: Client): Omit<ClientTables['client'], 'secret_hash' | 'agreed_at'> {
  return {
    id: client.id,
    name: client.name,
    type: client.type,
    redirect_uris: JSON.stringify(client.redirectUris),
    grants: JSON.stringify(client.grants),
    scopes: JSON.stringify(client.scopes),
    idle_milliseconds: client.sessionLimits.idleMilliseconds,
    absolute_milliseconds: client.sessionLimits.absoluteMilliseconds,
    is_first_party: client.isFirstParty ? 1 : 0,
    id_token_algorithm: client.idTokenAlgorithm,
    post_logout_redirect_uris: JSON.stringify(client.postLogoutRedirectUris),
    userinfo_algorithm: client.userinfoAlgorithm ?? null,
    backchannel_logout: client.backchannelLogout ? JSON.stringify(client.backchannelLogout) : null,
    keys: client.keys ? JSON.stringify(client.keys) : null,
    is_dpop_required: client.isDpopRequired ? 1 : 0,
    is_push_required: client.isPushRequired ? 1 : 0,
    required_acr: client.requiredAcr ?? null,
    created_at: client.createdAt,
    document_fresh_until: client.documentFreshUntil ?? null,
    registered_by: client.registeredBy ?? null,
  }
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
    userinfoAlgorithm: (row.userinfo_algorithm as IdTokenAlgorithm | null) ?? undefined,
    backchannelLogout: row.backchannel_logout === null ? undefined : JSON.parse(row.backchannel_logout),
    keys: row.keys === null ? undefined : JSON.parse(row.keys),
    isDpopRequired: row.is_dpop_required === 1,
    isPushRequired: row.is_push_required === 1,
    requiredAcr: (row.required_acr as Acr | null) ?? undefined,
    createdAt: row.created_at,
    documentFreshUntil: row.document_fresh_until ?? undefined,
    registeredBy: (row.registered_by as Registrant | null) ?? undefined,
  }
}
