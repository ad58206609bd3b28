import { expect, test } from 'vitest'
import { forEachEmptyDatabase } from '../../../testing/database.ts'
import { type TestTables, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import { compileOnce } from './compile-once.ts'

forEachEmptyDatabase('a query that is compiled once', ({ open }) => {
  const findEntry = compileOnce<{ id: string; after: number }, TestTables['entry']>((sql, { id, after }) =>
    tables(sql).selectFrom('entry').selectAll().where('at', '>', after).where('id', '=', id),
  )

  test('runs with the values of each call, on the handle that asks, also in a transaction', async () => {
    const database = await open({ migrations: testMigrations })
    for (const id of ['one', 'two']) await writeEntry(database, id)
    expect(await findEntry(database.read, { id: 'one', after: 0 })).toMatchObject([{ id: 'one' }])
    expect(await findEntry(database.read, { after: 0, id: 'two' })).toMatchObject([{ id: 'two' }])
    expect(await findEntry(database.read, { id: 'two', after: Number.MAX_SAFE_INTEGER })).toEqual([])
    await database.write(async (tx) => {
      await tables(tx.sql).insertInto('entry').values({ id: 'three', unit: 'three', at: 1 }).execute()
      expect(await findEntry(tx.sql, { id: 'three', after: 0 })).toHaveLength(1)
      expect(await findEntry(tx.sql, { id: 'two', after: 0 })).toHaveLength(1)
    })
  })

  test('reads and never writes: what watches writes sees queries where they are built', async () => {
    const database = await open({ migrations: testMigrations })
    const erase = compileOnce<{ id: string }, unknown>((sql, { id }) =>
      tables(sql).deleteFrom('entry').where('id', '=', id),
    )
    await expect(database.write((tx) => erase(tx.sql, { id: 'one' }))).rejects.toThrow('compileOnce is for reading')
  })
})
