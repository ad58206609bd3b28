import type { Migration } from '../../platform/database/migration.ts'
import { initial } from './0001-initial.ts'

/** Every step of the schema, in order. Published steps are never edited: a change is a further step. */
export const migrations: readonly Migration[] = [initial]
