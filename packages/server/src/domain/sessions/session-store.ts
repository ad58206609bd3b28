import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { compileOnce } from '../../platform/database/compile-once.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Session } from './session.ts'

type SessionTables = {
  session: {
    id: string
    account_id: string
    client_id: string
    cookie_hash: string | null
    audience: string | null
    scopes: string
    user_agent: string | null
    network: string
    created_at: number
    used_at: number
    idle_milliseconds: number
    absolute_end: number
    expires_at: number
    ended_at: number | null
    generation: number
    rotated_at: number
    refresh_key_id: string | null
    dpop_jkt: string | null
    parent_id: string | null
    authenticated_at: number
    methods: string
    organization_id: string | null
    impersonator_id: string | null
    impersonation_reason: string | null
  }
}

/** Stores it with whatever comes next in its transaction. */
export function postSession(tx: Transaction, session: Session, cookieHash: string | undefined): void {
  const insertion = tx.sql
    .withTables<SessionTables>()
    .insertInto('session')
    .values({
      id: session.id,
      account_id: session.accountId,
      client_id: session.clientId,
      cookie_hash: cookieHash ?? null,
      audience: session.audience ?? null,
      scopes: session.scopes.join(' '),
      user_agent: session.userAgent ?? null,
      network: session.network,
      created_at: session.createdAt,
      used_at: session.usedAt,
      idle_milliseconds: session.idleMilliseconds,
      absolute_end: session.absoluteEnd,
      expires_at: session.expiresAt,
      ended_at: null,
      generation: session.generation,
      rotated_at: session.rotatedAt,
      refresh_key_id: session.refreshKeyId ?? null,
      dpop_jkt: session.dpopJkt ?? null,
      parent_id: session.parentId ?? null,
      authenticated_at: session.authenticatedAt,
      methods: session.methods.join(' '),
      organization_id: session.organizationId ?? null,
      impersonator_id: session.impersonation?.administratorId ?? null,
      impersonation_reason: session.impersonation?.reason ?? null,
    })
  tx.post(insertion)
}

const readSession = compileOnce((sql, { id }: { id: string }) =>
  sql.withTables<SessionTables>().selectFrom('session').selectAll().where('id', '=', id),
)

export async function selectSession(
  sql: Queries,
  id: string,
): Promise<{ session: Session; cookieHash: string | undefined } | undefined> {
  const [row] = await readSession(sql, { id })
  return row && { session: toSession(row), cookieHash: row.cookie_hash ?? undefined }
}

/** Whether this call ended it: false when it had ended before, or never was. */
export async function markSessionEnded(sql: Queries, id: string, now: EpochMilliseconds): Promise<boolean> {
  const ended = await sql
    .withTables<SessionTables>()
    .updateTable('session')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return ended !== undefined
}

/** Moves a session on from a generation; undefined when it isn't at that any more, or has ended. */
export async function advanceGeneration(sql: Queries, next: Session, from: number): Promise<Session | undefined> {
  const row = await sql
    .withTables<SessionTables>()
    .updateTable('session')
    .set({
      generation: next.generation,
      rotated_at: next.rotatedAt,
      used_at: next.usedAt,
      expires_at: next.expiresAt,
      refresh_key_id: next.refreshKeyId ?? null,
      organization_id: next.organizationId ?? null,
    })
    .where('id', '=', next.id)
    .where('generation', '=', from)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row && next
}

/** Notes that a browser's session was used: its end moves on. */
export async function updateUse(
  sql: Queries,
  id: string,
  usedAt: EpochMilliseconds,
  expiresAt: EpochMilliseconds,
): Promise<void> {
  await sql
    .withTables<SessionTables>()
    .updateTable('session')
    .set({ used_at: usedAt, expires_at: expiresAt })
    .where('id', '=', id)
    .execute()
}

/** Deletes some that have expired, and whose end has been noted where it is; returns how many. */
export async function deleteExpired(sql: Queries, moment: EpochMilliseconds, most: number): Promise<number> {
  const sessions = sql.withTables<SessionTables>()
  const expired = sessions
    .selectFrom('session')
    .select('id')
    .where('expires_at', '<', moment)
    .where((row) => row.or([row('impersonator_id', 'is', null), row('ended_at', 'is not', null)]))
    .limit(most)
  const deleted = sessions.deleteFrom('session').where('id', 'in', expired).where('expires_at', '<', moment)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}

/** Some of an account's, ended ones too, by id; those that stand after `afterId`. */
export async function selectSessionsAfter(
  sql: Queries,
  accountId: string,
  { afterId, most }: { readonly afterId: string; readonly most: number },
): Promise<Session[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(most)
    .execute()
  return rows.map(toSession)
}

/** Which sessions, and which of them. */
export interface SessionPage {
  readonly accountId: string | undefined
  readonly clientId: string | undefined
  /** Only those that had neither ended nor expired at this moment; undefined: all. */
  readonly liveAt: EpochMilliseconds | undefined
  /** Up to when those of a client were revoked, by its id: they are left out. Default: of none. */
  readonly revokedUpTo?: ReadonlyMap<string, EpochMilliseconds>
  /** Those alone that were opened after this moment. Default: whenever. */
  readonly openedAfter?: EpochMilliseconds | undefined
  /** The last one of the page before; undefined: from the latest on. */
  readonly after: { readonly createdAt: EpochMilliseconds; readonly id: string } | undefined
  readonly most: number
}

/** Of one moment in no particular order, and always in the same. */
export async function selectSessionPage(
  sql: Queries,
  { accountId, clientId, liveAt, revokedUpTo, openedAfter, after, most }: SessionPage,
): Promise<Session[]> {
  let query = sql.withTables<SessionTables>().selectFrom('session').selectAll()
  if (accountId !== undefined) query = query.where('account_id', '=', accountId)
  if (clientId !== undefined) query = query.where('client_id', '=', clientId)
  if (liveAt !== undefined) query = query.where('ended_at', 'is', null).where('expires_at', '>', liveAt)
  if (openedAfter !== undefined) query = query.where('created_at', '>', openedAfter)
  for (const [client, moment] of revokedUpTo ?? [])
    query = query.where((where) => where.or([where('client_id', '!=', client), where('created_at', '>', moment)]))
  if (after !== undefined)
    query = query
      .where('created_at', '<=', after.createdAt)
      .where((where) => where.or([where('created_at', '<', after.createdAt), where('id', '<', after.id)]))
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(most).execute()
  return rows.map(toSession)
}

/** Deletes some of an account's; returns how many. */
export async function deleteSessionsOf(sql: Queries, accountId: string, most: number): Promise<number> {
  const sessions = sql.withTables<SessionTables>()
  const some = sessions.selectFrom('session').select('id').where('account_id', '=', accountId).limit(most)
  const result = await sessions.deleteFrom('session').where('id', 'in', some).executeTakeFirstOrThrow()
  return Number(result.numDeletedRows)
}

function toSession(row: SessionTables['session']): Session {
  return {
    id: row.id,
    accountId: row.account_id,
    clientId: row.client_id,
    audience: row.audience ?? undefined,
    scopes: row.scopes === '' ? [] : row.scopes.split(' '),
    userAgent: row.user_agent ?? undefined,
    network: row.network,
    createdAt: row.created_at,
    usedAt: row.used_at,
    idleMilliseconds: row.idle_milliseconds,
    absoluteEnd: row.absolute_end,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
    generation: row.generation,
    rotatedAt: row.rotated_at,
    refreshKeyId: row.refresh_key_id ?? undefined,
    dpopJkt: row.dpop_jkt ?? undefined,
    parentId: row.parent_id ?? undefined,
    authenticatedAt: row.authenticated_at,
    methods: row.methods === '' ? [] : row.methods.split(' '),
    organizationId: row.organization_id ?? undefined,
    ...(row.impersonator_id !== null && {
      impersonation: { administratorId: row.impersonator_id, reason: row.impersonation_reason ?? '' },
    }),
  }
}

/** The sessions in which an administrator acts as somebody, and that have not ended; expired ones may be among them. */
export async function selectImpersonations(sql: Queries, administratorId: string): Promise<Session[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('impersonator_id', '=', administratorId)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map(toSession)
}

/** Who acts as somebody in a session that has not ended. */
export async function selectImpersonators(sql: Queries): Promise<string[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .select('impersonator_id')
    .distinct()
    .where('impersonator_id', 'is not', null)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map((row) => String(row.impersonator_id))
}

/** Some sessions in which an administrator acted as somebody, that have expired and not ended. */
export async function selectExpiredImpersonations(
  sql: Queries,
  now: EpochMilliseconds,
  most: number,
): Promise<Session[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('impersonator_id', 'is not', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '<=', now)
    .limit(most)
    .execute()
  return rows.map(toSession)
}

/** Has what ended with one browser's session end with another. */
export async function moveChildren(sql: Queries, from: string, to: string): Promise<void> {
  await sql
    .withTables<SessionTables>()
    .updateTable('session')
    .set({ parent_id: to })
    .where('parent_id', '=', from)
    .execute()
}

/** The sessions that came from this one and end with it. */
export async function selectChildren(sql: Queries, parentId: string): Promise<Session[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('parent_id', '=', parentId)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map(toSession)
}

/** The sessions of an account that have not ended; expired ones may be among them. */
export async function selectOpenSessions(sql: Queries, accountId: string): Promise<Session[]> {
  const rows = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map(toSession)
}

/** The sessions of apps that act for an organization and have not ended, of one account or of all. */
export async function selectActingSessions(
  sql: Queries,
  { organizationId, accountId }: { readonly organizationId: string; readonly accountId?: string | undefined },
): Promise<Session[]> {
  const acting = sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('audience', 'is not', null)
    .where('ended_at', 'is', null)
  const rows = await (accountId === undefined ? acting : acting.where('account_id', '=', accountId)).execute()
  return rows.map(toSession)
}

/** Has a session act for an organization from now on, or for none; a browser's session: remember it. */
export async function updateOrganization(sql: Queries, id: string, organizationId: string | undefined): Promise<void> {
  await sql
    .withTables<SessionTables>()
    .updateTable('session')
    .set({ organization_id: organizationId ?? null })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
}

/** Sessions of a client, or for an API. */
export type SessionsOf = { readonly clientId: string } | { readonly audience: string }

/** Some that have not ended, by id; those that stand after `afterId`. */
export async function selectOpenSessionsOf(
  sql: Queries,
  of: SessionsOf,
  { afterId, most }: { readonly afterId: string; readonly most: number },
): Promise<Session[]> {
  const open = sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('id', '>', afterId)
  const own = 'clientId' in of ? open.where('client_id', '=', of.clientId) : open.where('audience', '=', of.audience)
  return (await own.orderBy('id').limit(most).execute()).map(toSession)
}

/** When the session expires that stands so many after a moment; undefined: there are fewer. */
export async function selectExpiryAfter(
  sql: Queries,
  moment: EpochMilliseconds,
  count: number,
): Promise<EpochMilliseconds | undefined> {
  const row = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .select('expires_at')
    .where('expires_at', '>', moment)
    .orderBy('expires_at')
    .offset(count)
    .limit(1)
    .executeTakeFirst()
  return row?.expires_at
}

/** How many expire within (after, upTo], have not ended, and were opened after a moment. Its index answers it. */
export async function countOpenSessions(
  sql: Queries,
  {
    after,
    upTo = Number.MAX_SAFE_INTEGER,
    openedAfter,
  }: {
    readonly after: EpochMilliseconds
    readonly upTo: EpochMilliseconds | undefined
    readonly openedAfter: EpochMilliseconds
  },
): Promise<number> {
  const row = await sql
    .withTables<SessionTables>()
    .selectFrom('session')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('expires_at', '>', after)
    .where('expires_at', '<=', upTo)
    .where('ended_at', 'is', null)
    .where('created_at', '>', openedAfter)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
