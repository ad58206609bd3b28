/**
 * One step of the schema. Statements are SQL that both dialects understand: TEXT, BIGINT and no other types, so that
 * SQLite and PostgreSQL hold the same values. `COLLATE BINARY` sorts by code points on both, so that a prefix is a range. Moments are epoch milliseconds, booleans are moments or absent, lists are JSON text.
 */
export type Migration = StatementsStep | IndexStep | BackfillStep

/**
 * Whether releases that know only the steps before it may go on when it was taken. `expand`: they may. `contract`: they may not, so it is taken
 * only when the operator says that none of them runs any more. It is stored with the step, for releases that have never heard of it.
 */
export type StepKind = 'expand' | 'contract'

interface Step {
  /** 1, 2, 3 … without holes. */
  readonly version: number
  readonly name: string
}

/** Statements that are run in one transaction: quick ones, for which every writer may have to wait. */
export interface StatementsStep extends Step {
  readonly kind: StepKind
  readonly statements: readonly string[]
}

/** An index on a table that may be large: PostgreSQL makes it beside the writers, and begins anew where that was cut off. */
export interface IndexStep extends Step {
  readonly kind: 'expand'
  readonly index: {
    readonly name: string
    /** Table and columns, as after `CREATE INDEX name ON`. */
    readonly on: string
  }
}

/**
 * Rows that are changed some at a time, each time in a transaction of its own. How far it has come stands in the rows: the statement changes only
 * rows that are still to be changed, a few hundred at most, and the step is over when it changes none.
 */
export interface BackfillStep extends Step {
  readonly kind: 'expand'
  readonly backfill: string
}
