import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listEntryIds, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import { findPgbouncer, type Pgbouncer, startPgbouncer } from '../../../testing/pgbouncer.ts'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { systemClock } from '../clock/clock.ts'
import type { Database } from './database.ts'
import { openDatabase } from './open-database.ts'

// Skipped, and shown so, where none is installed.
describe.skipIf(findPgbouncer() === undefined)('behind a PgBouncer that pools by transaction', () => {
  let bouncer: Pgbouncer
  let url: string
  beforeAll(async () => {
    url = await createTestDatabaseUrl({ isEmpty: true })
    bouncer = await startPgbouncer(url, 2)
  })
  afterAll(() => bouncer.stop())

  test('a database URL that does not say so is refused with the parameter that does', async () => {
    const silent = new URL(bouncer.lead(url))
    silent.searchParams.delete('pooler')
    const opening = openDatabase({ url: silent.href, migrations: testMigrations, clock: systemClock })
    await expect(opening).rejects.toMatchObject({ code: 'pooler_refuses' })
    await expect(opening).rejects.toThrow('pooler=transaction')
  })

  test('units and reads of two instances go through two connections of the server, time and again', async () => {
    const [one, two] = [await open(), await open()]
    await one.write(async (tx) => {
      await tables(tx.sql).insertInto('counter').values({ id: 'a', value: 0 }).execute()
    })
    const worker = async (worker: number) => {
      const [here, there] = worker % 2 === 0 ? [one, two] : [two, one]
      for (let round = 0; round < 10; round++) {
        await writeEntry(here, `${worker}.${round}`)
        await listEntryIds(there)
        await there.write(async (tx) => {
          const update = tables(tx.sql)
            .updateTable('counter')
            .set(({ eb }) => ({ value: eb('value', '+', 1) }))
          await update.where('id', '=', 'a').execute()
        })
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)))
    expect(await listEntryIds(one)).toHaveLength(80)
    const [counter] = await tables(two.read).selectFrom('counter').selectAll().execute()
    expect(counter).toEqual({ id: 'a', value: 80 })
  })

  test('a transaction has our time-outs, and leaves them behind with its end', async () => {
    const database = await open()
    const waiting = database.write(async (tx) => {
      await tables(tx.sql).selectFrom('counter').selectAll().execute()
      const { rows } = await tx.sql.executeQuery(show)
      return rows
    })
    expect(await waiting).toEqual([{ statement_timeout: '10s', lock_timeout: '4s' }])
    expect((await database.read.executeQuery(show)).rows).toEqual([{ statement_timeout: '0', lock_timeout: '0' }])
  })

  async function open(): Promise<Database> {
    const database = await openDatabase({ url: bouncer.lead(url), migrations: testMigrations, clock: systemClock })
    onTestFinished(() => database.close())
    return database
  }
})

const show = CompiledQuery.raw(
  "SELECT current_setting('statement_timeout') AS statement_timeout, current_setting('lock_timeout') AS lock_timeout",
)
