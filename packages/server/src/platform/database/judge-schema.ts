import { DatabaseError } from './database-error.ts'
import type { Migration } from './migration.ts'

/** A step that was taken, as the database has it. */
export interface StoredStep {
  readonly version: number
  readonly name: string
  /** `expand`, `contract`, or what a later release may call it. */
  readonly kind: string
}

/**
 * The steps that are to be taken before a release can work: those up to the first contract step, unless contract steps are taken too.
 *
 * A release works on a schema that is further than it knows when all steps in between are expand steps, and on one that lacks its last contract steps.
 *
 * @throws DatabaseError `schema_newer`, `schema_unknown`, `schema_contract_due`
 */
export function judgeSchema(
  stored: readonly StoredStep[],
  migrations: readonly Migration[],
  { takesContractSteps }: { readonly takesContractSteps: boolean },
): readonly Migration[] {
  for (const [index, step] of stored.entries()) assertKnown(step, index, migrations)
  const pending = migrations.slice(stored.length)
  if (takesContractSteps || stored.length === 0) return pending
  const contract = pending.findIndex((step) => step.kind === 'contract')
  if (contract === -1) return pending
  const waiting = pending.slice(contract)
  // What comes after a contract step may build on it, and this release on what comes after.
  if (waiting.some((step) => step.kind === 'expand')) throw contractDue(waiting)
  return pending.slice(0, contract)
}

function assertKnown({ version, name, kind }: StoredStep, index: number, migrations: readonly Migration[]): void {
  const step = migrations[index]
  if (version !== index + 1) throw unknownSchema()
  if (step === undefined && kind !== 'expand') throw newerSchema(version, migrations.length)
  if (step !== undefined && name !== step.name) throw unknownSchema()
}

function newerSchema(version: number, known: number): DatabaseError {
  return new DatabaseError(
    'schema_newer',
    `The database was changed by a newer release in a way that this one can't work with (step ${version} of the schema; this release knows ${known}): start the newer release, or restore a backup made before.`,
  )
}

function contractDue([first]: readonly Migration[]): DatabaseError {
  return new DatabaseError(
    'schema_contract_due',
    `Step ${first?.version} of the schema is still to be taken, which ends support for older releases: stop every instance of an older release, then run \`ostiary migrate --contract\`.`,
  )
}

export function unknownSchema(): DatabaseError {
  return new DatabaseError(
    'schema_unknown',
    'The database holds tables that this program did not make: name another database, or an empty one.',
  )
}
