import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { TableRows } from './make-rows.ts'

/** A database of an installation, past its server: for rows by the million, and for what only the database can tell. */
export interface Sink {
  insert(rows: TableRows): Promise<void>
  /** Makes it ready for rows by the million: without the indexes that no row needs to be judged by. Gives how to end that. */
  beginLoad(): Promise<() => Promise<void>>
  /** Runs one statement; gives the first column of its first row. */
  ask(sql: string): Promise<unknown>
  /** On disk, with indexes. */
  sizeBytes(): Promise<number>
  close(): Promise<void>
}

export async function openSink(databaseUrl: string): Promise<Sink> {
  return databaseUrl.startsWith('sqlite:')
    ? openSqlite(databaseUrl.slice('sqlite:'.length))
    : openPostgresql(databaseUrl)
}

function openSqlite(file: string): Sink {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  return {
    async insert({ table, columns, rows }) {
      if (rows.length === 0) return
      const names = columns.map(([name]) => name)
      const statement = database.prepare(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      )
      database.exec('BEGIN IMMEDIATE')
      for (const row of rows) statement.run(...row)
      database.exec('COMMIT')
    },
    async beginLoad() {
      const indexes = database
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
        .all()
      // Nobody else has it open, and a load that breaks off begins anew.
      database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000')
      for (const { name } of indexes) database.exec(`DROP INDEX ${name}`)
      return async () => {
        for (const { sql } of indexes) database.exec(String(sql))
        database.exec('PRAGMA journal_mode = WAL')
      }
    },
    async ask(sql) {
      const [row] = database.prepare(sql).all()
      return row && Object.values(row)[0]
    },
    async sizeBytes() {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      return statSync(file).size
    },
    async close() {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
    },
  }
}

async function openPostgresql(databaseUrl: string): Promise<Sink> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  return {
    async beginLoad() {
      const { rows } = await client.query<{ indexname: string; indexdef: string }>(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE INDEX%'",
      )
      await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
      for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`)
      return async () => {
        for (const { indexdef } of rows) await client.query(indexdef)
        // What PostgreSQL does by itself within minutes of so many changes.
        await client.query('VACUUM ANALYZE')
      }
    },
    async insert({ table, columns, rows }) {
      const names = columns.map(([name]) => name).join(', ')
      const arrays = columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')
      const values = columns.map((_, at) => rows.map((row) => row[at]))
      await client.query(`INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`, values)
    },
    async ask(sql) {
      const { rows } = await client.query({ text: sql, rowMode: 'array' })
      return rows[0]?.[0]
    },
    async sizeBytes() {
      const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes')
      return Number(rows[0]?.bytes)
    },
    close: () => client.end(),
  }
}
