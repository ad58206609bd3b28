import type { Compilable, Kysely } from 'kysely'
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
  /**
   * Runs a statement whose result nobody needs. It goes to the database with whatever comes next, be it the commit, so that nobody waits for
   * its answer alone; if it fails, the unit fails.
   */
  post(query: Compilable): void
}

export interface WriteOptions {
  /**
   * That the unit may be run to its end twice, with the result that the caller needs: also when nobody can say whether it was stored, it is
   * run again. Without, the caller is told `outcome_unknown`.
   */
  readonly isRepeatable?: boolean
}

/** How the connections of this process are used at this moment. */
export interface ConnectionFigures {
  readonly busy: number
  readonly idle: number
  readonly opening: number
  /** Who waits for one. */
  readonly waiting: number
}

export interface DatabaseConnections {
  readonly figures: ConnectionFigures
  /** Has each wait for a connection told, in seconds. */
  observeWaits(observe: (seconds: number) => void): void
}

/** SQLite or PostgreSQL, behaving alike. Opened by `openDatabase`. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgresql'

  /**
   * Reads outside a transaction; they never see uncommitted rows, and see every write that was acknowledged before.
   * Inside a unit of work its queries reject with `OuterHandleError`; use `tx`.
   */
  readonly read: Queries

  /** As `read`, for what must not wait behind a flood of requests: on PostgreSQL a connection is kept for it. */
  readonly readUrgently: Queries

  /** Absent on SQLite, where nobody waits for a connection. */
  readonly connections?: DatabaseConnections

  /**
   * Runs one unit of work and answers only when it is durable. A unit that throws leaves nothing behind and fails alone;
   * so does one in which a statement failed, even if the unit caught the error.
   *
   * No hashing, mail or network inside: on SQLite every other writer waits. On PostgreSQL a unit runs again after a
   * deadlock or a serialization failure, or when its connection was lost before the commit, so it changes nothing but rows.
   *
   * @throws OuterHandleError inside another unit of work.
   * @throws DatabaseError `busy`, `unit_timeout`, `write_failed`, `outcome_unknown`, `server_unreachable`, `server_read_only`, `closed`.
   */
  write<T>(unit: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>

  /**
   * Reads everything as it stood at one moment, however long that takes and whatever is written meanwhile. Reads in pages: what is not
   * taken yet is not in memory. While it runs, SQLite's write-ahead log grows, and PostgreSQL keeps what was deleted.
   *
   * @throws OuterHandleError inside a unit of work.
   * @throws DatabaseError `server_unreachable`, `busy`, `closed`.
   */
  snapshot<T>(act: (sql: Queries) => Promise<T>): Promise<T>

  /**
   * Calls the listener soon after a unit that announced the topic was committed: by this process, and on PostgreSQL by any other. Only
   * a wake-up: it may be lost, or come for nothing, so who listens also looks by itself now and then. Returns how to stop it.
   */
  onAnnounced(topic: string, listener: () => void): () => void

  /**
   * The time of day where the data is kept: PostgreSQL's, which all instances share. On SQLite that is this machine's.
   *
   * @throws DatabaseError `server_unreachable`, `busy`, `closed`.
   */
  readClock(): Promise<EpochMilliseconds>

  /**
   * Has PostgreSQL count what is in these tables, so that its plans fit them: where much came at once, it would do so only minutes later by itself. For whoever may not,
   * it does nothing. Absent on SQLite, whose plans follow from the schema.
   *
   * @throws DatabaseError `server_unreachable`, `busy`, `closed`.
   */
  analyze?(tables: readonly string[]): Promise<void>

  /** Finishes what was accepted, then closes the connections. Calls after it are refused with `closed`. */
  close(): Promise<void>
}
