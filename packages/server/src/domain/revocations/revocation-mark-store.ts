import type { EpochMilliseconds, EpochSeconds } from '../../platform/clock/clock.ts'
import { compileOnce } from '../../platform/database/compile-once.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Revocation } from './revocation.ts'

type MarkTables = { revocation_mark: { subject: string; moment: EpochMilliseconds; forget_at: EpochSeconds | null } }

/** Whose tokens a moment can concern. */
export interface MarkedSubject {
  readonly accountId?: string | undefined
  readonly clientId: string
  readonly sessionId?: string | undefined
}

type MarkedRevocation = Extract<Revocation, { moment: EpochMilliseconds }>

export async function raiseMarks(sql: Queries, revocations: readonly MarkedRevocation[]): Promise<void> {
  // Of several of one subject the latest: a statement may meet a row only once.
  const latest = new Map<string, MarkedRevocation>()
  for (const revocation of revocations) {
    const subject = 'identifier' in revocation ? `${revocation.kind}:${revocation.identifier}` : revocation.kind
    if (revocation.moment > (latest.get(subject)?.moment ?? -1)) latest.set(subject, revocation)
  }
  const rows = [...latest].map(([subject, { kind, moment, forgetAt }]) => ({
    subject,
    moment,
    // Those of a client and of everything end sessions too, which may live on for a year; the others only concern tokens.
    forget_at: kind === 'c' || kind === 'a' ? null : forgetAt,
  }))
  // Few parameters a statement: databases have a bound.
  for (let from = 0; from < rows.length; from += 500) await upsertMarks(sql, rows.slice(from, from + 500))
}

async function upsertMarks(sql: Queries, rows: readonly MarkTables['revocation_mark'][]): Promise<void> {
  await sql
    .withTables<MarkTables>()
    .insertInto('revocation_mark')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('subject')
        .doUpdateSet(({ ref }) => ({ moment: ref('excluded.moment'), forget_at: ref('excluded.forget_at') }))
        .whereRef('revocation_mark.moment', '<', 'excluded.moment'),
    )
    .execute()
}

/** Up to when everything (`a`), the client (`c`), the account (`u`) and the claims of account or session (`r`) were revoked; absent: not at all. */
export type RevocationMarks = Readonly<Partial<Record<'a' | 'c' | 'u' | 'r', EpochMilliseconds>>>

const readMarks = compileOnce(
  (sql, of: { everything: string; client: string; account: string; claims: string; session: string }) =>
    sql
      .withTables<MarkTables>()
      .selectFrom('revocation_mark')
      .select(['subject', 'moment'])
      .where('subject', 'in', [of.everything, of.client, of.account, of.claims, of.session]),
)

export async function selectMarks(
  sql: Queries,
  { accountId, clientId, sessionId }: MarkedSubject,
): Promise<RevocationMarks> {
  const everything = 'a'
  const rows = await readMarks(sql, {
    everything,
    client: `c:${clientId}`,
    // What there is none of asks once more for what is asked for anyway.
    account: accountId === undefined ? everything : `u:${accountId}`,
    claims: accountId === undefined ? everything : `r:${accountId}`,
    session: sessionId === undefined ? everything : `r:${sessionId}`,
  })
  // The later of two comes last.
  const sorted = rows.toSorted((one, other) => one.moment - other.moment)
  return Object.fromEntries(sorted.map(({ subject, moment }) => [subject.slice(0, 1), moment]))
}

/** Up to when the claims of these accounts are outdated; those that are not are left out. */
export async function selectClaimMarks(
  sql: Queries,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, EpochMilliseconds>> {
  const subjects = accountIds.map((id) => `r:${id}`)
  const rows = await sql
    .withTables<MarkTables>()
    .selectFrom('revocation_mark')
    .select(['subject', 'moment'])
    .where('subject', 'in', subjects)
    .execute()
  return new Map(rows.map(({ subject, moment }) => [subject.slice(2), moment]))
}

/** Remembers that one token is revoked, for as long as it could be accepted. */
export async function insertTokenMark(
  sql: Queries,
  { jti, moment, forgetAt }: { jti: string; moment: EpochMilliseconds; forgetAt: EpochSeconds },
): Promise<void> {
  await sql
    .withTables<MarkTables>()
    .insertInto('revocation_mark')
    .values({ subject: `j:${jti}`, moment, forget_at: forgetAt })
    .onConflict((conflict) => conflict.column('subject').doNothing())
    .execute()
}

export async function hasTokenMark(sql: Queries, jti: string): Promise<boolean> {
  const row = await sql
    .withTables<MarkTables>()
    .selectFrom('revocation_mark')
    .select('subject')
    .where('subject', '=', `j:${jti}`)
    .executeTakeFirst()
  return row !== undefined
}

/** Deletes some; returns how many. */
export async function deleteForgottenMarks(sql: Queries, now: EpochSeconds, most: number): Promise<number> {
  const tables = sql.withTables<MarkTables>()
  const forgotten = tables.selectFrom('revocation_mark').select('subject').where('forget_at', '<', now).limit(most)
  const deleted = tables.deleteFrom('revocation_mark').where('subject', 'in', forgotten).where('forget_at', '<', now)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}
