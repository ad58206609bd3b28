import { sql } from 'kysely'
import type { Database, Queries } from './database.ts'
import { judgeSchema, type StoredStep } from './judge-schema.ts'
import type { Migration } from './migration.ts'
import { INSTANCE_LOCKS } from './postgresql-schema.ts'

/** How far the schema is, as seen by a release. */
export interface SchemaFacts {
  /** How many steps were taken. */
  readonly taken: number
  /** How many steps this release knows. */
  readonly known: number
  /** Contract steps that this release knows and nobody has taken yet. */
  readonly waiting: readonly Migration[]
  /** The instances that run now, by how many steps they know; absent on SQLite, which can't tell. */
  readonly instances?: readonly { readonly known: number; readonly count: number }[]
}

/** Asks an open database how far its schema is by now: another release may have changed it meanwhile. */
export async function inspectSchema(database: Database, migrations: readonly Migration[]): Promise<SchemaFacts> {
  const stored = await listStored(database.read)
  const instances = database.dialect === 'postgresql' ? await listInstances(database) : undefined
  return {
    taken: stored.length,
    known: migrations.length,
    waiting: migrations.slice(stored.length),
    ...(instances && { instances }),
  }
}

/**
 * Whether this release can work with the schema as it is by now.
 *
 * @throws DatabaseError `schema_newer`
 */
export async function assertSchemaUsable(read: Queries, migrations: readonly Migration[]): Promise<void> {
  judgeSchema(await listStored(read), migrations, { takesContractSteps: false })
}

async function listStored(read: Queries): Promise<readonly StoredStep[]> {
  const stored = sql<StoredStep>`SELECT version, name, kind FROM schema_version ORDER BY version`
  return (await stored.execute(read)).rows
}

/** By the locks that they hold. @see https://www.postgresql.org/docs/current/view-pg-locks.html */
async function listInstances(database: Database): Promise<NonNullable<SchemaFacts['instances']>> {
  const { rows } = await sql<{ known: number; count: number }>`
    SELECT objid::BIGINT AS known, count(*) AS count FROM pg_locks
    WHERE locktype = 'advisory' AND classid::BIGINT = ${INSTANCE_LOCKS} AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    GROUP BY objid ORDER BY objid`.execute(database.read)
  return rows
}
