import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { TrustedIssuer, TrustedSubject } from './trusted-issuer.ts'

type TrustedIssuerTables = {
  trusted_issuer: { issuer: string; keys: string; created_at: EpochMilliseconds }
  trusted_subject: { issuer: string; subject: string; client_id: string }
}

export async function upsertTrustedIssuer(sql: Queries, { issuer, keys, createdAt }: TrustedIssuer): Promise<void> {
  const row = { issuer, keys: JSON.stringify(keys), created_at: createdAt }
  await sql
    .withTables<TrustedIssuerTables>()
    .insertInto('trusted_issuer')
    .values(row)
    .onConflict((conflict) => conflict.column('issuer').doUpdateSet({ keys: row.keys }))
    .execute()
}

export async function upsertTrustedSubject(sql: Queries, { issuer, subject, clientId }: TrustedSubject): Promise<void> {
  await sql
    .withTables<TrustedIssuerTables>()
    .insertInto('trusted_subject')
    .values({ issuer, subject, client_id: clientId })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doUpdateSet({ client_id: clientId }))
    .execute()
}

export async function selectTrustedIssuer(sql: Queries, issuer: string): Promise<TrustedIssuer | undefined> {
  const row = await sql
    .withTables<TrustedIssuerTables>()
    .selectFrom('trusted_issuer')
    .selectAll()
    .where('issuer', '=', issuer)
    .executeTakeFirst()
  return row && toIssuer(row)
}

export async function selectTrustedIssuers(sql: Queries): Promise<readonly TrustedIssuer[]> {
  const issuers = sql.withTables<TrustedIssuerTables>().selectFrom('trusted_issuer').selectAll()
  return (await issuers.orderBy('created_at').orderBy('issuer').execute()).map(toIssuer)
}

export async function selectTrustedSubject(
  sql: Queries,
  issuer: string,
  subject: string,
): Promise<TrustedSubject | undefined> {
  const row = await sql
    .withTables<TrustedIssuerTables>()
    .selectFrom('trusted_subject')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row && toSubject(row)
}

export async function selectTrustedSubjects(sql: Queries): Promise<readonly TrustedSubject[]> {
  const subjects = sql.withTables<TrustedIssuerTables>().selectFrom('trusted_subject').selectAll()
  return (await subjects.orderBy('issuer').orderBy('subject').execute()).map(toSubject)
}

/** Whether there was such an issuer. Its subjects go with it. */
export async function deleteTrustedIssuer(sql: Queries, issuer: string): Promise<boolean> {
  const tables = sql.withTables<TrustedIssuerTables>()
  await tables.deleteFrom('trusted_subject').where('issuer', '=', issuer).execute()
  const gone = tables.deleteFrom('trusted_issuer').where('issuer', '=', issuer).returning('issuer')
  return (await gone.executeTakeFirst()) !== undefined
}

/** Whether there was such a subject. */
export async function deleteTrustedSubject(sql: Queries, issuer: string, subject: string): Promise<boolean> {
  const gone = await sql
    .withTables<TrustedIssuerTables>()
    .deleteFrom('trusted_subject')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .returning('subject')
    .executeTakeFirst()
  return gone !== undefined
}

/** Those that stood for a client. */
export async function deleteTrustedSubjectsOf(sql: Queries, clientId: string): Promise<readonly TrustedSubject[]> {
  const gone = sql.withTables<TrustedIssuerTables>().deleteFrom('trusted_subject').where('client_id', '=', clientId)
  return (await gone.returningAll().execute()).map(toSubject)
}

function toIssuer(row: TrustedIssuerTables['trusted_issuer']): TrustedIssuer {
  return { issuer: row.issuer, keys: JSON.parse(row.keys), createdAt: row.created_at }
}

function toSubject(row: TrustedIssuerTables['trusted_subject']): TrustedSubject {
  return { issuer: row.issuer, subject: row.subject, clientId: row.client_id }
}
