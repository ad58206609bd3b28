import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock/clock.ts'
import { judgeSchema, type StoredStep, unknownSchema } from './judge-schema.ts'
import type { BackfillStep, IndexStep, Migration, StatementsStep } from './migration.ts'

export type Row = Readonly<Record<string, unknown>>

/** What migrating needs of a dialect. */
export interface SchemaAccess {
  listTables(): Promise<readonly string[]>
  run(statement: string): Promise<readonly Row[]>
  /** Runs a statement and gives how many rows it changed. */
  change(statement: string): Promise<number>
  /** Runs the act when no other process migrates any more. */
  inTurn(act: () => Promise<void>): Promise<void>
  /** Runs the act in one transaction; again, where a lock that it needs could not be had. */
  inTransaction<T>(act: () => Promise<T>): Promise<T>
  /**
   * As `inTransaction`, while nobody runs who knows fewer steps than these.
   *
   * @throws DatabaseError `schema_in_use`
   */
  inTransactionWithout<T>(olderThan: number, act: () => Promise<T>): Promise<T>
  /** Makes an index while others write; one that was left unfinished is made anew. */
  createIndexBeside?(index: IndexStep['index']): Promise<void>
}

/** Who is told how it goes. */
export interface MigrationObserver {
  /** Steps are due: they are taken from now on, or waited for where another process takes them. */
  due?(): void
  /** This process took a step. */
  taken?(step: Migration): void
  /** What is waited for, in a few words; said more than once while that goes on. */
  waiting?(reason: string): void
}

/** Long enough for any step that others take, and an end to waiting for what never ends. */
export const longestWaitMilliseconds = 600_000

export interface MigrateOptions {
  readonly clock: Clock
  /** Whether steps are taken that older releases can't work with. */
  readonly takesContractSteps: boolean
  readonly observer: MigrationObserver
}

/**
 * Brings the schema up to date: each step once, whoever else starts at the same time. An empty database gets all of them in one transaction; in any other, each step is
 * one of its own, or several where the step says so, and what was taken stays when a later one fails.
 *
 * @throws DatabaseError `schema_newer`, `schema_unknown`, `schema_contract_due`, `schema_in_use`, `busy`
 */
export async function migrate(
  access: SchemaAccess,
  migrations: readonly Migration[],
  options: MigrateOptions,
): Promise<void> {
  assertDense(migrations)
  const findDue = async () => judgeSchema(await listStored(access), migrations, options)
  if ((await findDue()).length === 0) return
  options.observer.due?.()
  await access.inTurn(async () => {
    // Another process may have done it while this one waited for its turn.
    if ((await listStored(access)).length === 0) await access.inTransaction(() => create(access, migrations, options))
    for (const step of await findDue()) await take(access, step, options)
  })
}

/** Nothing is in the tables yet, and nobody uses them: what is made step by step elsewhere is made at once. */
async function create(access: SchemaAccess, migrations: readonly Migration[], options: MigrateOptions): Promise<void> {
  if ((await listStored(access)).length > 0) return
  await access.run(createVersionTable)
  for (const step of migrations) {
    if ('statements' in step) for (const statement of step.statements) await access.run(statement)
    if ('index' in step) await access.run(`CREATE INDEX ${step.index.name} ON ${step.index.on}`)
    await store(access, step, options.clock)
    options.observer.taken?.(step)
  }
}

async function take(access: SchemaAccess, step: Migration, options: MigrateOptions): Promise<void> {
  const isTaken = await takeOfItsKind(access, step, options.clock)
  if (isTaken) options.observer.taken?.(step)
}

/** Gives whether it was this process that finished the step. */
function takeOfItsKind(access: SchemaAccess, step: Migration, clock: Clock): Promise<boolean> {
  if ('statements' in step) return takeStatements(access, step, clock)
  if ('index' in step) return takeIndex(access, step, clock)
  return takeBackfill(access, step, clock)
}

async function takeStatements(access: SchemaAccess, step: StatementsStep, clock: Clock): Promise<boolean> {
  const act = async () => {
    if (await isStored(access, step)) return false
    for (const statement of step.statements) await access.run(statement)
    await store(access, step, clock)
    return true
  }
  return step.kind === 'expand' ? access.inTransaction(act) : access.inTransactionWithout(step.version, act)
}

async function takeIndex(access: SchemaAccess, step: IndexStep, clock: Clock): Promise<boolean> {
  await access.createIndexBeside?.(step.index)
  return access.inTransaction(async () => {
    if (await isStored(access, step)) return false
    await access.run(`CREATE INDEX IF NOT EXISTS ${step.index.name} ON ${step.index.on}`)
    await store(access, step, clock)
    return true
  })
}

async function takeBackfill(access: SchemaAccess, step: BackfillStep, clock: Clock): Promise<boolean> {
  const fillSome = async () => {
    if (await isStored(access, step)) return 'by another'
    if ((await access.change(step.backfill)) > 0) return 'not yet'
    await store(access, step, clock)
    return 'here'
  }
  for (;;) {
    const begunAt = performance.now()
    const done = await access.inTransaction(fillSome)
    if (done !== 'not yet') return done === 'here'
    // As long again belongs to those who use the rows.
    await sleep(performance.now() - begunAt)
  }
}

async function isStored(access: SchemaAccess, { version }: Migration): Promise<boolean> {
  return (await access.run(`SELECT version FROM schema_version WHERE version = ${version}`)).length > 0
}

async function store(access: SchemaAccess, { version, name, kind }: Migration, clock: Clock): Promise<void> {
  const quoted = name.replaceAll("'", "''")
  await access.run(
    `INSERT INTO schema_version (version, name, kind, applied_at) VALUES (${version}, '${quoted}', '${kind}', ${clock.now()})`,
  )
}

/** One row for each step that was applied: the highest is the version of the schema. */
const createVersionTable = `CREATE TABLE schema_version (
  version BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  applied_at BIGINT NOT NULL
)`

async function listStored(access: SchemaAccess): Promise<readonly StoredStep[]> {
  const tables = await access.listTables()
  if (tables.length === 0) return []
  if (!tables.includes('schema_version')) throw unknownSchema()
  const rows = await access.run('SELECT version, name, kind FROM schema_version ORDER BY version')
  if (rows.length === 0) throw unknownSchema()
  return rows.map((row) => ({ version: Number(row.version), name: String(row.name), kind: String(row.kind) }))
}

function assertDense(migrations: readonly Migration[]): void {
  for (const [index, step] of migrations.entries()) {
    if (step.version !== index + 1) throw new Error(`Migration "${step.name}" must have version ${index + 1}.`)
  }
}
