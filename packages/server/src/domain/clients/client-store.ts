import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Acr } from '../assurance/acr.ts'
import { noteCatalogueChange } from '../catalogue/catalogue-version.ts'
import { CurrentCopies } from '../catalogue/current-copies.ts'
import type { Client, ClientType, IdTokenAlgorithm, Registrant } from './client.ts'
import type { ClientSearch } from './page-clients.ts'

type ClientTables = {
  client: {
    id: string
    name: string
    type: ClientType
    secret_hash: string | null
    secret_set_at: number | null
    /** Good beside the other one until a moment. */
    previous_secret_hash: string | null
    previous_secret_until: number | null
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
    /** When it was deleted: nobody finds it any more, and what it left goes in steps. */
    ended_at: number | null
  }
}

/** What a client may prove itself with, as hashes. */
export interface SecretHashes {
  readonly current: string | undefined
  readonly previous: { readonly hash: string; readonly until: EpochMilliseconds } | undefined
}

/** What may be told of a secret. */
export interface ClientSecretState {
  /** When the current one was made; undefined: there is none. */
  readonly setAt: EpochMilliseconds | undefined
  /** Until when the one before is taken as well; undefined: there is none. */
  readonly previousUntil: EpochMilliseconds | undefined
}

export async function insertClient(sql: Queries, client: Client, secretHash: string | undefined): Promise<void> {
  const row = { ...toRow(client), secret_hash: secretHash ?? null, secret_set_at: secretHash ? client.createdAt : null }
  await sql.withTables<ClientTables>().insertInto('client').values(row).execute()
  await noteCatalogueChange(sql)
}

/** Stores a client that a document describes, over what an older reading of it said. */
export async function upsertDocumentClient(sql: Queries, client: Client): Promise<void> {
  const { id, created_at, ...described } = toRow(client)
  await sql
    .withTables<ClientTables>()
    .insertInto('client')
    .values({ id, created_at, ...described })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(described))
    .execute()
  await noteCatalogueChange(sql)
}

/** Stores a client that the server itself keeps. False, and nothing written, when there is one of its id. */
export async function insertBuiltInClient(sql: Queries, client: Client): Promise<boolean> {
  const inserted = await sql
    .withTables<ClientTables>()
    .insertInto('client')
    .values(toRow(client))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted) await noteCatalogueChange(sql)
  return inserted !== undefined
}

/** Keeps the row as it is until the transaction ends, waiting for whoever changes it. An update that changes nothing, since SQLite has no SELECT … FOR UPDATE. */
export async function lockClientRow(sql: Queries, id: string): Promise<Client | undefined> {
  const row = await sql
    .withTables<ClientTables>()
    .updateTable('client')
    .set(({ ref }) => ({ name: ref('name') }))
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && toClient(row)
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

/** Deletes some clients whose documents went stale before a moment, and which nobody ever let in. Returns how many. */
export async function deleteUnusedDocumentClients(
  sql: Queries,
  staleBefore: EpochMilliseconds,
  most: number,
): Promise<number> {
  return deleteChosen(sql, selectNeverAgreed(sql).where('document_fresh_until', '<', staleBefore).limit(most))
}

/** The registrants that are networks. */
const OF_NETWORKS = 'network:%'

/** Deletes some clients that strangers registered before a moment, and which nobody ever let in. Returns how many. */
export async function deleteUnusedStrangers(
  sql: Queries,
  registeredBefore: EpochMilliseconds,
  most: number,
): Promise<number> {
  const unused = selectNeverAgreed(sql)
    .where('registered_by', 'is not', null)
    .where('registered_by', 'like', OF_NETWORKS)
    .where('created_at', '<', registeredBefore)
  return deleteChosen(sql, unused.limit(most))
}

function selectNeverAgreed(sql: Queries) {
  return sql.withTables<ClientTables>().selectFrom('client').select('id').where('agreed_at', 'is', null)
}

/** Deletes those that are chosen, but for any that somebody lets in meanwhile. Returns how many. */
async function deleteChosen(sql: Queries, chosen: ReturnType<typeof selectNeverAgreed>): Promise<number> {
  const tables = sql.withTables<ClientTables>()
  const deleted = await tables
    .deleteFrom('client')
    .where('id', 'in', chosen)
    .where('agreed_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (deleted.numDeletedRows > 0) await noteCatalogueChange(sql)
  return Number(deleted.numDeletedRows)
}

/** How many clients strangers have registered that nobody has let in yet. */
export async function countUnusedStrangers(sql: Queries): Promise<number> {
  const row = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('registered_by', 'is not', null)
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

interface StoredClient {
  readonly client: Client
  readonly hashes: SecretHashes
  readonly secret: ClientSecretState
}

const copies = new CurrentCopies<StoredClient>()

export function selectClient(sql: Queries, id: string): Promise<StoredClient | undefined> {
  return copies.obtain(sql, id, () => readClient(sql, id))
}

async function readClient(sql: Queries, id: string): Promise<StoredClient | undefined> {
  const row = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .selectAll()
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && { client: toClient(row), hashes: toHashes(row), secret: toSecretState(row) }
}

/** Writes what may change of a client. One that has keys of its own keeps no secret. */
export async function updateClient(sql: Queries, client: Client): Promise<void> {
  const { id, created_at, ...changing } = toRow(client)
  const withoutSecret = { secret_hash: null, secret_set_at: null, ...noPreviousSecret }
  await sql
    .withTables<ClientTables>()
    .updateTable('client')
    .set({ ...changing, ...(client.keys && withoutSecret) })
    .where('id', '=', id)
    .execute()
  await noteCatalogueChange(sql)
}

const noPreviousSecret = { previous_secret_hash: null, previous_secret_until: null }

/** Puts another secret in place; the one until now is good for a while longer, unless `previousUntil` is undefined. */
export async function replaceSecret(
  sql: Queries,
  id: string,
  secret: {
    readonly hash: string
    readonly setAt: EpochMilliseconds
    readonly previousUntil: EpochMilliseconds | undefined
  },
): Promise<void> {
  const { hash, setAt, previousUntil } = secret
  await sql
    .withTables<ClientTables>()
    .updateTable('client')
    .set(({ ref }) => ({
      ...(previousUntil === undefined
        ? noPreviousSecret
        : { previous_secret_hash: ref('secret_hash'), previous_secret_until: previousUntil }),
      secret_hash: hash,
      secret_set_at: setAt,
    }))
    .where('id', '=', id)
    .execute()
  await noteCatalogueChange(sql)
}

export async function deletePreviousSecret(sql: Queries, id: string): Promise<void> {
  await sql.withTables<ClientTables>().updateTable('client').set(noPreviousSecret).where('id', '=', id).execute()
  await noteCatalogueChange(sql)
}

/** Whether this call ended it. */
export async function markClientEnded(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const ended = await sql
    .withTables<ClientTables>()
    .updateTable('client')
    .set({ ended_at: now, secret_hash: null, ...noPreviousSecret })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (ended) await noteCatalogueChange(sql)
  return ended !== undefined
}

/** Those that were deleted and whose traces are still there. */
export async function selectEndedClients(
  sql: Queries,
): Promise<readonly { readonly id: string; readonly endedAt: EpochMilliseconds }[]> {
  const rows = await sql
    .withTables<ClientTables>()
    .selectFrom('client')
    .select(['id', 'ended_at'])
    .where('ended_at', 'is not', null)
    .execute()
  return rows.map(({ id, ended_at }) => ({ id, endedAt: ended_at ?? 0 }))
}

export async function deleteEndedClient(sql: Queries, id: string): Promise<void> {
  await sql
    .withTables<ClientTables>()
    .deleteFrom('client')
    .where('id', '=', id)
    .where('ended_at', 'is not', null)
    .execute()
  await noteCatalogueChange(sql)
}

/** Whether any demands a second factor of its people. */
export async function selectIsFactorRequired(sql: Queries): Promise<boolean> {
  const clients = sql.withTables<ClientTables>().selectFrom('client').select('id')
  const some = clients.where('required_acr', 'is not', null).where('ended_at', 'is', null).limit(1)
  return (await some.executeTakeFirst()) !== undefined
}

export async function selectClients(sql: Queries): Promise<Client[]> {
  const clients = sql.withTables<ClientTables>().selectFrom('client').selectAll().where('ended_at', 'is', null)
  return (await clients.orderBy('created_at').orderBy('id').execute()).map(toClient)
}

/** Some, the latest first. `builtInId`: that of the server's own. */
export async function selectClientPage(
  sql: Queries,
  { prefix, type, origin, after, most }: ClientSearch,
  builtInId: string,
): Promise<readonly { readonly client: Client; readonly secret: ClientSecretState }[]> {
  let query = sql.withTables<ClientTables>().selectFrom('client').selectAll().where('ended_at', 'is', null)
  if (type !== undefined) query = query.where('type', '=', type)
  if (prefix !== undefined) {
    const end = `${prefix}\u{10ffff}`
    query = query.where((row) =>
      row.or([
        row.and([row('name', '>=', prefix), row('name', '<', end)]),
        row.and([row('id', '>=', prefix), row('id', '<', end)]),
      ]),
    )
  }
  if (origin === 'built_in') query = query.where('id', '=', builtInId)
  if (origin === 'document') query = query.where('document_fresh_until', 'is not', null)
  if (origin === 'registration') query = query.where('registered_by', 'is not', null)
  if (origin === 'operator')
    query = query
      .where('id', '!=', builtInId)
      .where('document_fresh_until', 'is', null)
      .where('registered_by', 'is', null)
  if (after !== undefined)
    query = query.where((row) =>
      row.or([
        row('created_at', '<', after.createdAt),
        row.and([row('created_at', '=', after.createdAt), row('id', '<', after.id)]),
      ]),
    )
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(most).execute()
  return rows.map((row) => ({ client: toClient(row), secret: toSecretState(row) }))
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

/** The columns that describe a client, without those of its life and its secrets. */
type DescribingColumn = Exclude<
  keyof ClientTables['client'],
  'secret_hash' | 'secret_set_at' | 'previous_secret_hash' | 'previous_secret_until' | 'agreed_at' | 'ended_at'
>

function toRow(client: Client): Pick<ClientTables['client'], DescribingColumn> {
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

function toHashes(row: ClientTables['client']): SecretHashes {
  const { secret_hash, previous_secret_hash: hash, previous_secret_until: until } = row
  return { current: secret_hash ?? undefined, previous: hash === null || until === null ? undefined : { hash, until } }
}

function toSecretState({ secret_set_at, previous_secret_until }: ClientTables['client']): ClientSecretState {
  return { setAt: secret_set_at ?? undefined, previousUntil: previous_secret_until ?? undefined }
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
