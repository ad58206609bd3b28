import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'

/** What is kept of a person in some tables: how it is given to them, and how it goes when their account goes. */
export interface KeptData {
  /** Those of its room that have a column `account_id`, or are the account itself. */
  readonly tables: readonly string[]
  /** Members of the export, each of one thing or of many. Or why nobody is given it. */
  readonly given: readonly GivenMember[] | { readonly because: string }
  /** Or why it stays. */
  readonly purged: PurgeStep | { readonly because: string }
}

export type GivenMember =
  | { readonly member: string; readonly one: (sql: Queries, accountId: string) => Promise<object | null> }
  | { readonly member: string; readonly many: (sql: Queries, accountId: string) => AsyncIterable<unknown> }

/**
 * Forgets as much as one transaction should, from where the step before came to (0 for the first). Gives where it came to; undefined when nothing is
 * left. It may be done again from the beginning at any time.
 */
export type PurgeStep = (tx: Transaction, accountId: string, from: number) => Promise<number | undefined>

/** For what is little enough to go at once. */
export function purgeAtOnce(forget: (tx: Transaction, accountId: string) => Promise<void>): PurgeStep {
  return async (tx, accountId) => {
    await forget(tx, accountId)
    return undefined
  }
}

/** A moment on the wire, RFC 3339; null where there is none. */
export function writeMoment(moment: EpochMilliseconds | undefined): string | null {
  return moment === undefined ? null : new Date(moment).toISOString()
}
