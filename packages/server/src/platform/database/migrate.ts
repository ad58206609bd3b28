import type { Clock } from '../clock/clock.ts'
import { DatabaseError } from './database-error.ts'
import type { Migration } from './migration.ts'

export type Row = Readonly<Record<string, unknown>>

/** What migrating needs of a dialect. */
export interface SchemaAccess {
  listTables(): Promise<readonly string[]>
  run(statement: string): Promise<readonly Row[]>
  /** Runs the act in one transaction, which no other process runs at the same time. */
  exclusively(act: () => Promise<void>): Promise<void>
}

/**
 * Brings the schema up to date: all pending steps in one transaction, once, whoever else starts at the same time.
 *
 * @throws DatabaseError `schema_newer`, `schema_unknown`
 */
export async function migrate(access: SchemaAccess, migrations: readonly Migration[], clock: Clock): Promise<void> {
  assertDense(migrations)
  if ((await findPending(access, migrations)).length === 0) return
  await access.exclusively(async () => {
    // Another process may have done it while this one waited for its turn.
    for (const step of await findPending(access, migrations)) await apply(access, step, clock)
  })
}

async function apply(access: SchemaAccess, step: Migration, clock: Clock): Promise<void> {
  if (step.version === 1) await access.run(createVersionTable)
  for (const statement of step.statements) await access.run(statement)
  const name = step.name.replaceAll("'", "''")
  await access.run(
    `INSERT INTO schema_version (version, name, applied_at) VALUES (${step.version}, '${name}', ${clock.now()})`,
  )
}

/** One row for each step that was applied: the highest is the version of the schema. */
const createVersionTable = `CREATE TABLE schema_version (
  version BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at BIGINT NOT NULL
)`

async function findPending(access: SchemaAccess, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const tables = await access.listTables()
  if (tables.length === 0) return migrations
  if (!tables.includes('schema_version')) throw unknownSchema()
  const applied = await access.run('SELECT version, name FROM schema_version ORDER BY version')
  if (applied.length === 0) throw unknownSchema()
  for (const [index, row] of applied.entries()) assertKnown(row, index, migrations)
  return migrations.slice(applied.length)
}

function assertKnown(row: Row, index: number, migrations: readonly Migration[]): void {
  const step = migrations[index]
  if (row.version !== index + 1 || typeof row.name !== 'string') throw unknownSchema()
  if (step === undefined) throw newerSchema(migrations.length)
  if (row.name !== step.name) throw unknownSchema()
}

function newerSchema(known: number): DatabaseError {
  return new DatabaseError(
    'schema_newer',
    `The database was written by a newer release, and this one knows its schema up to version ${known} only: start the newer release, or restore a backup made before the upgrade.`,
  )
}

function unknownSchema(): DatabaseError {
  return new DatabaseError(
    'schema_unknown',
    'The database holds tables that this program did not make: name another database, or an empty one.',
  )
}

function assertDense(migrations: readonly Migration[]): void {
  for (const [index, step] of migrations.entries()) {
    if (step.version !== index + 1) throw new Error(`Migration "${step.name}" must have version ${index + 1}.`)
  }
}
