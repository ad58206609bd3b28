import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'

type LeaseTables = { declaration_lease: { id: string; holder: string; ends_at: EpochMilliseconds } }

/** There is one. */
const THE_LEASE = 'the lease'

export interface Lease {
  readonly holder: string
  readonly endsAt: EpochMilliseconds
}

/** Takes the lease. False: somebody has it. */
export async function takeLease(sql: Queries, { holder, endsAt }: Lease, now: EpochMilliseconds): Promise<boolean> {
  const taken = await sql
    .withTables<LeaseTables>()
    .insertInto('declaration_lease')
    .values({ id: THE_LEASE, holder, ends_at: endsAt })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ holder, ends_at: endsAt }).where('declaration_lease.ends_at', '<=', now),
    )
    .returning('holder')
    .executeTakeFirst()
  return taken !== undefined
}

/** Prolongs it. False: somebody took it since it ended, whether or not they have given it back. */
export async function prolongLease(sql: Queries, { holder, endsAt }: Lease): Promise<boolean> {
  const prolonged = await sql
    .withTables<LeaseTables>()
    .updateTable('declaration_lease')
    .set({ ends_at: endsAt })
    .where('holder', '=', holder)
    .returning('holder')
    .executeTakeFirst()
  return prolonged !== undefined
}

export async function deleteLease(sql: Queries, holder: string): Promise<void> {
  await sql.withTables<LeaseTables>().deleteFrom('declaration_lease').where('holder', '=', holder).execute()
}
