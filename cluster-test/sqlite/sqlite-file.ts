import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Store } from '../cluster.ts'

/** The one file of an instance on SQLite. */
export class SqliteFile implements Store {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  url(): string {
    return `sqlite:${this.#file}`
  }

  async query<Row extends object>(sql: string): Promise<readonly Row[]> {
    const database = new DatabaseSync(this.#file, { readOnly: true })
    try {
      return database.prepare(sql).all() as Row[]
    } finally {
      database.close()
    }
  }

  async describe(): Promise<string> {
    const [row] = await this.query<{ version: string }>('SELECT sqlite_version() AS version')
    return `SQLite ${row?.version}`
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  get #file(): string {
    return path.join(this.folder, 'ostiary.db')
  }
}
