import type { Migration } from '../../platform/database/migration.ts'
import { initial } from './0001-initial.ts'

/** Every step of the schema, in order. Published steps are never edited: a change is a further step. */
export const migrations: readonly Migration[] = [initial]

/** What the steps say in SQL, in order: for checks that read it. */
export const schemaStatements: readonly string[] = migrations.flatMap((step) =>
  'statements' in step ? step.statements : [],
)
