import type { Queries } from '../../platform/database/database.ts'
import type { Upstream, UpstreamKind } from './upstream.ts'

type UpstreamTables = {
  upstream: {
    id: string
    name: string
    issuer: string
    kind: string
    client_id: string
    sealed_secret: string | null
    apple_team_id: string | null
    apple_key_id: string | null
    scopes: string
    is_email_trusted: number
    opens_accounts: number
    created_at: number
  }
}

/** Whether the row was new: false when its id or its issuer is taken. */
export async function insertUpstream(sql: Queries, upstream: Upstream): Promise<boolean> {
  const inserted = await sql
    .withTables<UpstreamTables>()
    .insertInto('upstream')
    .values({
      id: upstream.id,
      name: upstream.name,
      issuer: upstream.issuer,
      kind: upstream.kind,
      client_id: upstream.clientId,
      sealed_secret: upstream.sealedSecret ?? null,
      apple_team_id: upstream.appleKey?.teamId ?? null,
      apple_key_id: upstream.appleKey?.keyId ?? null,
      scopes: upstream.scopes.join(' '),
      is_email_trusted: upstream.isEmailTrusted ? 1 : 0,
      opens_accounts: upstream.opensAccounts ? 1 : 0,
      created_at: upstream.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function selectUpstream(sql: Queries, id: string): Promise<Upstream | undefined> {
  const row = await sql
    .withTables<UpstreamTables>()
    .selectFrom('upstream')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toUpstream(row)
}

export async function selectUpstreams(sql: Queries): Promise<Upstream[]> {
  const rows = await sql
    .withTables<UpstreamTables>()
    .selectFrom('upstream')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toUpstream)
}

/** Whether there was one. */
export async function deleteUpstream(sql: Queries, id: string): Promise<boolean> {
  const deleted = await sql
    .withTables<UpstreamTables>()
    .deleteFrom('upstream')
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

function toUpstream(row: UpstreamTables['upstream']): Upstream {
  return {
    id: row.id,
    name: row.name,
    issuer: row.issuer,
    kind: row.kind as UpstreamKind,
    clientId: row.client_id,
    sealedSecret: row.sealed_secret ?? undefined,
    appleKey: toAppleKey(row),
    scopes: row.scopes.split(' '),
    isEmailTrusted: row.is_email_trusted === 1,
    opensAccounts: row.opens_accounts === 1,
    createdAt: row.created_at,
  }
}

function toAppleKey({ apple_team_id: teamId, apple_key_id: keyId }: UpstreamTables['upstream']): Upstream['appleKey'] {
  return teamId === null || keyId === null ? undefined : { teamId, keyId }
}
