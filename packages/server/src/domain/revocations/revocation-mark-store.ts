import type { EpochMilliseconds, EpochSeconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Revocation } from './revocation.ts'

type MarkTables = { revocation_mark: { subject: string; moment: EpochMilliseconds; forget_at: EpochSeconds | null } }

/** Whose tokens a moment can concern. */
export interface MarkedSubject {
  readonly accountId?: string | undefined
  readonly clientId: string
  readonly sessionId?: string | undefined
}

export async function raiseMark(
  sql: Queries,
  revocation: Extract<Revocation, { moment: EpochMilliseconds }>,
): Promise<void> {
  const subject = 'identifier' in revocation ? `${revocation.kind}:${revocation.identifier}` : revocation.kind
  const { kind, moment, forgetAt } = revocation
  // Those of a client and of everything end sessions too, which may live on for a year; the others only concern tokens.
  const forget_at = kind === 'c' || kind === 'a' ? null : forgetAt
  await sql
    .withTables<MarkTables>()
    .insertInto('revocation_mark')
    .values({ subject, moment, forget_at })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({ moment, forget_at }).where('revocation_mark.moment', '<', moment),
    )
    .execute()
}

/** Up to when everything (`a`), the client (`c`), the account (`u`) and the session's claims (`r`) were revoked; absent: not at all. */
export type RevocationMarks = Readonly<Partial<Record<'a' | 'c' | 'u' | 'r', EpochMilliseconds>>>

export async function selectMarks(
  sql: Queries,
  { accountId, clientId, sessionId }: MarkedSubject,
): Promise<RevocationMarks> {
  const subjects = ['a', `c:${clientId}`]
  if (accountId !== undefined) subjects.push(`u:${accountId}`)
  if (sessionId !== undefined) subjects.push(`r:${sessionId}`)
  const rows = await sql
    .withTables<MarkTables>()
    .selectFrom('revocation_mark')
    .select(['subject', 'moment'])
    .where('subject', 'in', subjects)
    .execute()
  return Object.fromEntries(rows.map(({ subject, moment }) => [subject.slice(0, 1), moment]))
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

export async function deleteForgottenMarks(sql: Queries, now: EpochSeconds): Promise<void> {
  await sql.withTables<MarkTables>().deleteFrom('revocation_mark').where('forget_at', '<', now).execute()
}
