import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Migration } from '../../platform/database/migration.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import type { ForeignRow } from './foreign/foreign-format.ts'
import { insertRows, type Row, selectRowsOf } from './table-store.ts'

const BATCH = 1000

/**
 * What belongs to people and stands elsewhere in their export: kept in a file of its own for the time of the import, since it may be as long as the list
 * of people itself.
 */
export class Besides {
  readonly #folder: string
  readonly #database: Database
  #waiting: Row[] = []
  #count = 0

  private constructor(folder: string, database: Database) {
    this.#folder = folder
    this.#database = database
  }

  static async open(clock: Clock): Promise<Besides> {
    // Only its owner may look into it: it holds hashes.
    const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-import-'))
    const migration: Migration = {
      version: 1,
      name: 'beside',
      kind: 'expand',
      statements: [
        'CREATE TABLE beside (number BIGINT PRIMARY KEY, owner TEXT NOT NULL, text TEXT NOT NULL)',
        'CREATE INDEX beside_by_owner ON beside (owner)',
      ],
    }
    return new Besides(
      folder,
      await openDatabase({ url: `sqlite:${path.join(folder, 'beside.db')}`, migrations: [migration], clock }),
    )
  }

  async add(owner: string, text: string): Promise<void> {
    this.#waiting.push({ number: this.#count, owner, text })
    this.#count += 1
    if (this.#waiting.length === BATCH) await this.#store()
  }

  /** The rows of these people, by person. */
  async find(owners: readonly string[]): Promise<ReadonlyMap<unknown, readonly ForeignRow[]>> {
    await this.#store()
    if (this.#count === 0 || owners.length === 0) return new Map()
    const rows = await selectRowsOf(this.#database.read, 'beside', { column: 'owner', values: owners })
    const byOwner = Map.groupBy(rows, ({ owner }) => owner)
    return new Map([...byOwner].map(([owner, own]) => [owner, own.map(({ text }) => JSON.parse(String(text)))]))
  }

  async close(): Promise<void> {
    await this.#database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #store(): Promise<void> {
    const rows = this.#waiting
    this.#waiting = []
    if (rows.length > 0) await this.#database.write((tx) => insertRows(tx.sql, 'beside', rows))
  }
}
