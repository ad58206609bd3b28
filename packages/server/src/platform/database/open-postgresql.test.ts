import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { Client, Pool } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import { listEntryIds, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import type { Database, Transaction } from './database.ts'
import type { DatabaseLog } from './open-database.ts'

const migrations = testMigrations

describe('PostgreSQL', () => {
  const { open, createUrl } = databaseUnderTest('postgresql')

  test('nothing is acknowledged before it is durable: a slow commit is waited for', async () => {
    const { database, admin } = await openTwice()
    await admin.query(`CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END'`)
    await admin.query(`CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`)
    await admin.query('SELECT pg_advisory_lock(42)')
    let acknowledged = false
    const write = writeEntry(database, 'a').then(() => {
      acknowledged = true
    })
    await untilWaiting(admin)
    expect({ acknowledged, ids: await listEntryIds(database) }).toEqual({ acknowledged: false, ids: [] })
    await admin.query('SELECT pg_advisory_unlock(42)')
    await write
    expect((await admin.query('SELECT id FROM entry')).rows).toEqual([{ id: 'a' }])
  })

  test('the rows of 100 parallel units can be seen by another connection when they are acknowledged', async () => {
    const url = await createUrl()
    const database = await open({ migrations, url })
    const others = new Pool({ connectionString: url })
    const found = Array.from({ length: 100 }, async (_, number) => {
      await writeEntry(database, `${number}`)
      return (await others.query('SELECT 1 FROM entry WHERE id = $1', [`${number}`])).rowCount
    })
    expect(new Set(await Promise.all(found))).toEqual(new Set([1]))
    await others.end()
  })

  test('a commit that fails rejects its unit, and nothing is stored', async () => {
    const { database, admin } = await openTwice()
    await admin.query(`CREATE TABLE child (id TEXT REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED)`)
    const orphan = database.write(async (tx) => {
      await sql`INSERT INTO child VALUES ('orphan')`.execute(tx.sql)
      await insertEntry(tx, 'a')
    })
    await expect(orphan).rejects.toMatchObject({ name: 'DatabaseError', code: 'write_failed' })
    expect(await listEntryIds(database)).toEqual([])
  })

  test('of two units in a deadlock, the one that PostgreSQL ends is run again', async () => {
    const { database } = await openTwice()
    await database.write(async (tx) => {
      await tables(tx.sql)
        .insertInto('counter')
        .values([
          { id: 'a', value: 0 },
          { id: 'b', value: 0 },
        ])
        .execute()
    })
    let runs = 0
    const bothStarted = Promise.withResolvers<void>()
    const crossing = (first: string, last: string) =>
      database.write(async (tx) => {
        await increment(tx, first)
        if (++runs === 2) bothStarted.resolve()
        await bothStarted.promise
        await increment(tx, last)
      })
    await Promise.all([crossing('a', 'b'), crossing('b', 'a')])
    expect(runs).toBe(3)
    const counters = await tables(database.read).selectFrom('counter').selectAll().orderBy('id').execute()
    expect(counters).toEqual([
      { id: 'a', value: 2 },
      { id: 'b', value: 2 },
    ])
  })

  test('connections that are lost while idle are replaced', async () => {
    const warnings: string[] = []
    const { database, admin } = await openTwice({
      warn: (details, message) => warnings.push(message, JSON.stringify(details)),
    })
    await Promise.all(Array.from({ length: 10 }, (_, number) => writeEntry(database, `${number}`)))
    await terminateOthers(admin)
    await Promise.all([writeEntry(database, 'after'), writeEntry(database, 'after too')])
    expect(await listEntryIds(database)).toHaveLength(12)
    expect(warnings).toContain('A database connection was lost.')
  })

  test('a unit whose connection is lost is told so, and leaves nothing behind', async () => {
    const { database, admin } = await openTwice()
    const unit = database.write(async (tx) => {
      await insertEntry(tx, 'a')
      await terminateOthers(admin)
      await insertEntry(tx, 'b')
    })
    await expect(unit).rejects.toMatchObject({ name: 'DatabaseError', code: 'server_unreachable' })
    expect(await listEntryIds(database)).toEqual([])
  })

  test('a connection lost while committing leaves the outcome open, and says so', async () => {
    const { database, admin } = await openTwice()
    await admin.query(`CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END'`)
    await admin.query(`CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`)
    await admin.query('SELECT pg_advisory_lock(42)')
    const write = expect(writeEntry(database, 'a')).rejects.toMatchObject({ code: 'outcome_unknown' })
    await untilWaiting(admin)
    await terminateOthers(admin)
    await write
  })

  async function openTwice(log: DatabaseLog = { warn() {} }): Promise<{ database: Database; admin: Client }> {
    const url = await createUrl()
    const database = await open({ migrations, url, log })
    const admin = new Client({ connectionString: url })
    await admin.connect()
    onTestFinished(() => admin.end())
    return { database, admin }
  }
})

async function insertEntry(tx: Transaction, id: string): Promise<void> {
  await tables(tx.sql).insertInto('entry').values({ id, unit: id, at: tx.now }).execute()
}

async function increment(tx: Transaction, id: string): Promise<void> {
  const update = tables(tx.sql)
    .updateTable('counter')
    .set(({ eb }) => ({ value: eb('value', '+', 1) }))
  await update.where('id', '=', id).execute()
}

async function terminateOthers(admin: Client): Promise<void> {
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`)
}

/** Resolves when a connection to the same database waits for an advisory lock. */
async function untilWaiting(admin: Client): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`
  while ((await admin.query(waiting)).rowCount === 0) await sleep(5)
}
