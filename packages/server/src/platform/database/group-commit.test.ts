import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import { listEntryIds, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import type { Database, Transaction } from './database.ts'

const migrations = testMigrations

// A batch takes in units for 20 ms, which a busy machine may spend elsewhere: these tests must not depend on it.
const batchLimitMilliseconds = 60_000

describe('group commit', () => {
  const { open, createUrl } = databaseUnderTest('sqlite', { isEmpty: true })

  test('nothing is acknowledged before it is durable: a unit waits for the last of its batch', async () => {
    const { database, otherConnection } = await openTwice()
    let acknowledged: string | undefined
    const release = Promise.withResolvers<void>()
    const quick = writeEntry(database, 'quick').then(() => {
      acknowledged = `with ${seen(otherConnection)}`
    })
    const slow = database.write(async () => release.promise)
    await sleep(100)
    expect({ acknowledged, seen: seen(otherConnection) }).toEqual({ acknowledged: undefined, seen: '' })
    release.resolve()
    await Promise.all([quick, slow])
    expect(acknowledged).toBe('with quick')
  })

  test('the row of each unit can be seen by another connection at the moment of its acknowledgement', async () => {
    const { database, otherConnection } = await openTwice()
    const ids = Array.from({ length: 600 }, (_, number) => `${number}`)
    const acknowledged = ids.map((id) =>
      writeEntry(database, id).then(() => seen(otherConnection).split(',').includes(id)),
    )
    expect((await Promise.all(acknowledged)).filter((found) => !found)).toEqual([])
  })

  test('units that arrive while a batch runs join it and share its commit', async () => {
    const { database, otherConnection } = await openTwice()
    const started = Promise.withResolvers<void>()
    const joined = Promise.withResolvers<void>()
    const first = database.write(async (tx) => {
      await insertEntry(tx, 'first')
      started.resolve()
      await joined.promise
    })
    await started.promise
    const late = Array.from({ length: 5 }, (_, number) => writeEntry(database, `late ${number}`))
    const seenByEach = [first, ...late].map((unit) => unit.then(() => seen(otherConnection)))
    joined.resolve()
    expect(new Set(await Promise.all(seenByEach))).toEqual(new Set(['first,late 0,late 1,late 2,late 3,late 4']))
  })

  test('when the commit fails, every unit of the batch rejects and nothing is stored', async () => {
    const { database, otherConnection } = await openTwice()
    // A deferred foreign key is checked only by COMMIT.
    otherConnection.exec('CREATE TABLE parent (id TEXT PRIMARY KEY)')
    otherConnection.exec('CREATE TABLE child (id TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)')
    const orphan = database.write(async (tx) => {
      await tx.sql.withTables<{ child: { id: string } }>().insertInto('child').values({ id: 'orphan' }).execute()
    })
    const failing = database.write(async () => {
      throw new Error('its own error')
    })
    const outcomes = await Promise.allSettled([writeEntry(database, 'a'), orphan, failing, writeEntry(database, 'b')])
    const failed = { status: 'rejected', reason: { name: 'DatabaseError', code: 'write_failed' } }
    expect(outcomes).toMatchObject([failed, failed, { reason: new Error('its own error') }, failed])
    await writeEntry(database, 'after')
    expect(await listEntryIds(database)).toEqual(['after'])
  })

  test('when SQLite gives up the whole transaction, the units that ran before are told', async () => {
    const { database } = await openTwice()
    const before = writeEntry(database, 'before')
    const breaking = database.write(async (tx) => {
      // What a full disk does in the middle of a batch.
      await tx.sql
        .withTables<{ entry: { id: string } }>()
        .insertInto('entry')
        .orRollback()
        .values({ id: 'x' })
        .execute()
    })
    const outcomes = await Promise.allSettled([before, breaking])
    expect(outcomes).toMatchObject([{ reason: { code: 'write_failed' } }, { reason: { message: /NOT NULL/ } }])
    await writeEntry(database, 'after')
    expect(await listEntryIds(database)).toEqual(['after'])
  })

  test('more units than one batch may hold are all stored', async () => {
    const { database } = await openTwice()
    await Promise.all(Array.from({ length: 1000 }, (_, number) => writeEntry(database, `${number}`)))
    expect(await listEntryIds(database)).toHaveLength(1000)
  })

  test('while another process writes, a unit waits its turn and the event loop goes on', async () => {
    const { database, otherConnection } = await openTwice()
    otherConnection.exec("BEGIN IMMEDIATE; INSERT INTO entry VALUES ('other', 'other', 1)")
    const waiting = writeEntry(database, 'waiting')
    let turns = 0
    for (const end = performance.now() + 200; performance.now() < end; turns++) await sleep(5)
    expect(turns).toBeGreaterThan(10)
    expect(await listEntryIds(database)).toEqual([])
    otherConnection.exec('COMMIT')
    await waiting
    expect(await listEntryIds(database)).toEqual(['other', 'waiting'])
  })

  test('two writers of one file, both busy, both come through', async () => {
    const url = await createUrl()
    const [one, two] = [await open({ migrations, url }), await open({ migrations, url })]
    await Promise.all([writeInARow(one, 'one', 100), writeInARow(two, 'two', 100)])
    expect(await listEntryIds(one)).toHaveLength(200)
  })

  async function openTwice(): Promise<{ database: Database; otherConnection: DatabaseSync }> {
    const url = await createUrl()
    const database = await open({ migrations, url, batchLimitMilliseconds })
    const otherConnection = new DatabaseSync(url.slice('sqlite:'.length))
    onTestFinished(() => otherConnection.close())
    return { database, otherConnection }
  }
})

function seen(connection: DatabaseSync): string {
  const rows = connection.prepare('SELECT id FROM entry ORDER BY id').all()
  return rows.map((row) => row.id).join()
}

async function insertEntry(tx: Transaction, id: string): Promise<void> {
  await tables(tx.sql).insertInto('entry').values({ id, unit: id, at: tx.now }).execute()
}

async function writeInARow(database: Database, name: string, times: number): Promise<void> {
  for (let number = 0; number < times; number++) await writeEntry(database, `${name}.${number}`)
}
