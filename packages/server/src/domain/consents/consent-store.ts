import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type ConsentTables = {
  consent: {
    account_id: string
    client_id: string
    audience: string
    /** Empty: for none. */
    organization_id: string
    scopes: string
    granted_at: number
  }
}

export interface Consent {
  readonly accountId: string
  readonly clientId: string
  readonly audience: string
  /** The organization that the client may act for; undefined: for the person alone. */
  readonly organizationId: string | undefined
  readonly scopes: readonly string[]
  readonly grantedAt: EpochMilliseconds
}

export async function upsertConsent(sql: Queries, consent: Consent): Promise<void> {
  const scopes = consent.scopes.join(' ')
  await sql
    .withTables<ConsentTables>()
    .insertInto('consent')
    .values({
      account_id: consent.accountId,
      client_id: consent.clientId,
      audience: consent.audience,
      organization_id: consent.organizationId ?? '',
      scopes,
      granted_at: consent.grantedAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'client_id', 'audience', 'organization_id'])
        .doUpdateSet({ scopes, granted_at: consent.grantedAt }),
    )
    .execute()
}

export async function selectConsents(sql: Queries, accountId: string): Promise<Consent[]> {
  const rows = await sql
    .withTables<ConsentTables>()
    .selectFrom('consent')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('granted_at')
    .execute()
  return rows.map(({ account_id, client_id, audience, organization_id, scopes, granted_at }) => ({
    accountId: account_id,
    clientId: client_id,
    audience,
    organizationId: organization_id || undefined,
    scopes: scopes === '' ? [] : scopes.split(' '),
    grantedAt: granted_at,
  }))
}

export async function deleteConsentsAt(sql: Queries, clientId: string): Promise<void> {
  await sql.withTables<ConsentTables>().deleteFrom('consent').where('client_id', '=', clientId).execute()
}

export async function deleteConsentsOf(sql: Queries, accountId: string): Promise<void> {
  await sql.withTables<ConsentTables>().deleteFrom('consent').where('account_id', '=', accountId).execute()
}

export async function deleteConsents(sql: Queries, accountId: string, clientId: string): Promise<number> {
  const deleted = await sql
    .withTables<ConsentTables>()
    .deleteFrom('consent')
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .returning('audience')
    .execute()
  return deleted.length
}

/** Deletes some of those that were given to a client, or for an API; returns how many. */
export async function deleteSomeConsents(
  sql: Queries,
  of: { readonly clientId: string } | { readonly audience: string },
  most: number,
): Promise<number> {
  const tables = sql.withTables<ConsentTables>()
  const [column, value] =
    'clientId' in of ? (['client_id', of.clientId] as const) : (['audience', of.audience] as const)
  const accounts = tables.selectFrom('consent').select('account_id').where(column, '=', value).limit(most)
  const deleted = tables.deleteFrom('consent').where(column, '=', value).where('account_id', 'in', accounts)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}
