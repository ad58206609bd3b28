import type { Kysely } from 'kysely'
import type { EpochMilliseconds } from '../clock/clock.ts'

/** The query builder as a store receives it. It knows no tables: each store adds its own by `withTables<…>()`. */
// biome-ignore lint/complexity/noBannedTypes: Kysely's way to say "no tables".
export type Queries = Kysely<{}>

/** One unit of work: all of its rows become durable together, or none does. */
export interface Transaction {
  readonly sql: Queries
  /** Fixed when the unit starts: all rows of one change carry one time. */
  readonly now: EpochMilliseconds
  /** Wakes whoever listens to the topic, here and in other processes, as soon as the unit is durable; nobody if it fails. */
  announce(topic: string): Promise<void>
}

/** SQLite or PostgreSQL, behaving alike. Opened by `openDatabase`. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgresql'

  /**
   * Reads outside a transaction; they never see uncommitted rows, and see every write that was acknowledged before.
   * Inside a unit of work its queries reject with `OuterHandleError`; use `tx`.
   */
  readonly read: Queries

  /**
   * Runs one unit of work and answers only when it is durable. A unit that throws leaves nothing behind and fails alone;
   * so does one in which a statement failed, even if the unit caught the error.
   *
   * No hashing, mail or network inside: on SQLite every other writer waits. On PostgreSQL a unit runs again after a
   * deadlock or a serialization failure, so it changes nothing but rows.
   *
   * @throws OuterHandleError inside another unit of work.
   * @throws DatabaseError `busy`, `unit_timeout`, `write_failed`, `outcome_unknown`, `server_unreachable`, `closed`.
   */
  write<T>(unit: (tx: Transaction) => Promise<T>): Promise<T>

  /**
   * Calls the listener soon after a unit that announced the topic was committed: by this process, and on PostgreSQL by any other. Only
   * a wake-up: it may be lost, or come for nothing, so who listens also looks by itself now and then. Returns how to stop it.
   */
  onAnnounced(topic: string, listener: () => void): () => void

  /** Finishes what was accepted, then closes the connections. Calls after it are refused with `closed`. */
  close(): Promise<void>
}
