/**
 * One step of the schema. Statements are SQL that both dialects understand: TEXT, BIGINT and no other types, so that
 * SQLite and PostgreSQL hold the same values. Moments are epoch milliseconds, booleans are moments or absent, lists are JSON text.
 */
export interface Migration {
  /** 1, 2, 3 … without holes. */
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
}
