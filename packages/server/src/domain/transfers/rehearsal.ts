import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import { findTakenNames } from '../accounts/create-accounts.ts'
import { migrations } from '../schema/migrations.ts'
import type { ImportedAccount } from './account-line.ts'
import { deleteRows, insertRows, selectPages, selectRowsOf } from './table-store.ts'

/** A database for a dry run, which ends with it: what is refused there would be refused here. */
export interface Rehearsal {
  readonly database: Database
  /** Has the names taken there that these accounts would have and that somebody here has. */
  prepare(accounts: readonly ImportedAccount[]): Promise<void>
  close(): Promise<void>
}

export async function openRehearsal(real: Database, clock: Clock): Promise<Rehearsal> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-rehearsal-'))
  const database = await openDatabase({ url: `sqlite:${path.join(folder, 'rehearsal.db')}`, migrations, clock })
  await database.write((tx) => deleteRows(tx.sql, 'role'))
  for (const [table, key] of [
    ['role', 'name'],
    ['organization', 'id'],
  ] as const)
    for await (const rows of selectPages(real.read, table, [key]))
      await database.write((tx) => insertRows(tx.sql, table, rows))
  return {
    database,
    async prepare(accounts) {
      const creations = accounts.map(({ creation }) => creation)
      const taken = await findTakenNames(real.read, creations)
      if (taken.length === 0) return
      const known = await selectRowsOf(database.read, 'account_identifier', { column: 'value', values: taken })
      const there = new Set(known.map(({ value }) => value))
      const fresh = taken.filter((value) => !there.has(value))
      const rows = fresh.map((value) => ({ value, account_id: 'somebody here' }))
      if (rows.length > 0) await database.write((tx) => insertRows(tx.sql, 'account_identifier', rows))
    },
    async close() {
      await database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
