import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type MailBudgetTables = { mail_budget: { key: string; spent_until: number } }

export interface Spending {
  readonly key: string
  readonly now: EpochMilliseconds
  /** How long one mail uses up. */
  readonly costMilliseconds: number
  /** How far ahead of now the budget may be spent. */
  readonly aheadMilliseconds: number
}

/**
 * Spends one mail. False, and nothing spent, when the budget does not give it; atomic under concurrency. What is spent further ahead than it may be
 * was spent by a clock that was ahead and was set right since: it counts for nothing.
 */
export async function spendMail(
  sql: Queries,
  { key, now, costMilliseconds, aheadMilliseconds }: Spending,
): Promise<boolean> {
  const spent = await sql
    .withTables<MailBudgetTables>()
    .insertInto('mail_budget')
    .values({ key, spent_until: now + costMilliseconds })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet(({ eb, ref }) => ({
          spent_until: eb
            .case()
            .when(
              eb.or([
                eb('mail_budget.spent_until', '<=', now),
                eb('mail_budget.spent_until', '>', now + aheadMilliseconds),
              ]),
            )
            .then(ref('excluded.spent_until'))
            .else(eb('mail_budget.spent_until', '+', costMilliseconds))
            .end(),
        }))
        .where((where) =>
          where.or([
            where('mail_budget.spent_until', '<=', now + aheadMilliseconds - costMilliseconds),
            where('mail_budget.spent_until', '>', now + aheadMilliseconds),
          ]),
        ),
    )
    .returning('key')
    .executeTakeFirst()
  return spent !== undefined
}

/** Deletes some that hold nothing back any more; returns how many. */
export async function deleteUnspent(sql: Queries, now: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<MailBudgetTables>()
  const some = tables.selectFrom('mail_budget').select('key').where('spent_until', '<=', now).limit(most)
  const deleted = tables.deleteFrom('mail_budget').where('key', 'in', some).where('spent_until', '<=', now)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}
