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
  const { moment } = revocation
  await sql
    .withTables<MarkTables>()
    .insertInto('revocation_mark')
    .values({ subject, moment, forget_at: null })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({ moment }).where('revocation_mark.moment', '<', moment),
    )
    .execute()
}

/** The latest moment up to which everything, the client, the account or the session's claims were revoked; undefined without one. */
export async function selectLatestMark(
  sql: Queries,
  kinds: readonly ('a' | 'c' | 'u' | 'r')[],
  { accountId, clientId, sessionId }: MarkedSubject,
): Promise<EpochMilliseconds | undefined> {
  const identifiers = { a: undefined, c: clientId, u: accountId, r: sessionId }
  const subjects = kinds.flatMap((kind) => {
    if (kind === 'a') return [kind]
    const identifier = identifiers[kind]
    return identifier === undefined ? [] : [`${kind}:${identifier}`]
  })
  const row = await sql
    .withTables<MarkTables>()
    .selectFrom('revocation_mark')
    .select('moment')
    .where('subject', 'in', subjects)
    .orderBy('moment', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.moment
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
