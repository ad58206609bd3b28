import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { Client, Pool } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import { listEntryIds, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import { testDirectly } from '../../../testing/directly.ts'
import { startPostgresqlCluster } from '../../../testing/postgresql-cluster.ts'
import { Silencer } from '../../../testing/silencer.ts'
import { systemClock } from '../clock/clock.ts'
import type { Database, Transaction } from './database.ts'
import type { DatabaseError } from './database-error.ts'
import { type DatabaseLog, openDatabase } from './open-database.ts'

const migrations = testMigrations

describe('PostgreSQL', () => {
  const { open, createUrl } = databaseUnderTest('postgresql', { isEmpty: true })

  testDirectly('nothing is acknowledged before it is durable: a slow commit is waited for', async () => {
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
    // On a machine that is busy the one that is run again may meet the other once more.
    expect(runs).toBeGreaterThanOrEqual(3)
    const counters = await tables(database.read).selectFrom('counter').selectAll().orderBy('id').execute()
    expect(counters).toEqual([
      { id: 'a', value: 2 },
      { id: 'b', value: 2 },
    ])
  })

  test('what came at once is counted when that is asked for, so that plans fit it', async () => {
    const { database, admin } = await openTwice()
    await database.write(async ({ sql: queries, now }) => {
      const rows = Array.from({ length: 300 }, (_, number) => ({ id: `${number}`, unit: 'a', at: now }))
      await tables(queries).insertInto('entry').values(rows).execute()
    })
    const countOf = async () =>
      (await admin.query(`SELECT reltuples FROM pg_class WHERE oid = 'entry'::regclass`)).rows[0].reltuples
    expect(await countOf()).toBe(-1)
    await database.analyze?.(['entry', 'counter'])
    expect(await countOf()).toBe(300)
    await expect(database.analyze?.(['none"; DROP TABLE entry; --'])).rejects.toThrow('does not exist')
    expect(await listEntryIds(database)).toHaveLength(300)
  })

  testDirectly('connections that are lost while idle are replaced', async () => {
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

  test('where all died unnoticed, they are not tried one after the other', async () => {
    await using silencer = await Silencer.start(await createUrl())
    const database = await open({ migrations, url: silencer.url })
    const connectTen = () =>
      Promise.all(Array.from({ length: 10 }, () => sql`SELECT pg_sleep(0.2)`.execute(database.read)))
    await connectTen()
    silencer.kill()
    await writeEntry(database, 'a')
    await connectTen()
    silencer.kill()
    expect(await listEntryIds(database)).toEqual(['a'])
  })

  test('a unit whose connection is lost before its commit is run again on another one, and stored once', async () => {
    const { database, admin } = await openTwice()
    let runs = 0
    await database.write(async (tx) => {
      await insertEntry(tx, 'a')
      if (++runs < 3) await terminateOthers(admin)
      await insertEntry(tx, 'b')
    })
    expect({ runs, ids: await listEntryIds(database) }).toEqual({ runs: 3, ids: ['a', 'b'] })
  })

  test('a unit that loses its connection each time is told so, and leaves nothing behind', async () => {
    const { database, admin } = await openTwice()
    const unit = database.write(async (tx) => {
      await insertEntry(tx, 'a')
      await terminateOthers(admin)
      await insertEntry(tx, 'b')
    })
    await expect(unit).rejects.toMatchObject({ name: 'DatabaseError', code: 'server_unreachable' })
    expect(await listEntryIds(database)).toEqual([])
  })

  test('a statement that was posted and fails fails its unit, though the unit has returned', async () => {
    const { database } = await openTwice()
    await writeEntry(database, 'taken')
    const unit = database.write(async (tx) => {
      await insertEntry(tx, 'before')
      tx.post(tables(tx.sql).insertInto('entry').values({ id: 'taken', unit: 'b', at: tx.now }))
      return 'returned'
    })
    await expect(unit).rejects.toThrow(/unique/i)
    expect(await listEntryIds(database)).toEqual(['taken'])
  })

  test.each(['commits', 'rolls back'] as const)(
    'what is posted before all else is part of its unit: one that %s',
    async (end) => {
      const { database } = await openTwice()
      const unit = database.write(async (tx) => {
        for (const id of ['a', 'b']) tx.post(tables(tx.sql).insertInto('entry').values({ id, unit: id, at: tx.now }))
        if (end === 'rolls back') throw new Error('undone')
      })
      if (end === 'rolls back') await expect(unit).rejects.toThrow('undone')
      else await unit
      await writeEntry(database, 'next')
      expect(await listEntryIds(database)).toEqual(end === 'commits' ? ['a', 'b', 'next'] : ['next'])
    },
  )

  test('a BEGIN that is cancelled leaves nothing of a unit that writes first, and the unit is run again', async () => {
    const { database, admin } = await openTwice()
    let runs = 0
    const writes = Array.from({ length: 200 }, (_, index) =>
      database.write(async (tx) => {
        runs++
        await insertEntry(tx, `${index}`)
        if (index % 50 === 49) throw new Error('undone')
      }),
    )
    const ended = Promise.allSettled(writes)
    for (let time = 0; time < 20; time++)
      await admin.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    const outcomes = await ended
    const stored = new Set(await listEntryIds(database))
    for (const [index, { status }] of outcomes.entries())
      expect([index, stored.has(`${index}`)]).toEqual([index, status === 'fulfilled'])
    expect(runs).toBeGreaterThanOrEqual(200)
  })

  testDirectly(
    'what is prepared survives a change of the tables by another instance: no read and no unit fails',
    async () => {
      const { database, admin } = await openTwice()
      const readAll = () => tables(database.read).selectFrom('entry').selectAll().execute()
      const touch = () =>
        database.write(async (tx) => {
          await tables(tx.sql).selectFrom('entry').selectAll().execute()
          await increment(tx, 'none')
        })
      await writeEntry(database, 'a')
      for (let time = 0; time < 30; time++) await Promise.all([readAll(), touch()])
      const prepared = await sql`SELECT name FROM pg_prepared_statements`.execute(database.read)
      expect(prepared.rows.length).toBeGreaterThan(0)
      await admin.query('ALTER TABLE entry ADD COLUMN more TEXT')
      const after = await Promise.all(Array.from({ length: 30 }, async () => [await readAll(), await touch()]))
      expect(after.every(([rows]) => rows?.length === 1)).toBe(true)
    },
  )

  testDirectly(
    'statements that somebody has forgotten on the server are sent anew, from then on without a name',
    async () => {
      const warnings: string[] = []
      const { database } = await openTwice({ warn: (_, message) => warnings.push(message) })
      for (let time = 0; time < 40; time++) await Promise.all([listEntryIds(database), listEntryIds(database)])
      // As a pooler does that hands each transaction another connection.
      await sql`DEALLOCATE ALL`.execute(database.read)
      for (let time = 0; time < 40; time++) await Promise.all([listEntryIds(database), listEntryIds(database)])
      expect(warnings.filter((warning) => warning.includes('pooler=transaction'))).not.toEqual([])
    },
  )

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

  test('when all connections fall silent the next is found by what is urgent within seconds, and not one after the other', async () => {
    await using silencer = await Silencer.start(await createUrl())
    const database = await open({ migrations, url: silencer.url })
    await Promise.all(Array.from({ length: 10 }, () => sql`SELECT pg_sleep(0.2)`.execute(database.read)))
    expect(silencer.open).toBe(10)
    silencer.silence()
    const silentAt = performance.now()
    expect(await listEntryIds({ ...database, read: database.readUrgently })).toEqual([])
    // One is waited for; each of the others as well would take a minute.
    expect(performance.now() - silentAt).toBeLessThan(15_000)
    expect(await listEntryIds(database)).toEqual([])
  })

  testDirectly('what has fallen silent keeps nobody from closing', async () => {
    await using silencer = await Silencer.start(await createUrl())
    const database = await open({ migrations, url: silencer.url })
    onTestFinished(database.onAnnounced('topic', () => {}))
    await Promise.all(Array.from({ length: 3 }, () => sql`SELECT pg_sleep(0.2)`.execute(database.read)))
    await expect.poll(() => silencer.open).toBe(4)
    silencer.silence()
    const silentAt = performance.now()
    await database.close()
    expect(performance.now() - silentAt).toBeLessThan(10_000)
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

describe('a PostgreSQL with a synchronous standby', () => {
  test('a commit whose wait for the standby is cancelled is not acknowledged, though it can be seen', async () => {
    const cluster = await startPostgresqlCluster({ durable: false })
    onTestFinished(() => cluster.stop())
    const url = new URL(await cluster.createDatabase())
    url.searchParams.set('options', '-csynchronous_commit=on')
    const database = await openDatabase({ url: url.href, migrations, clock: systemClock })
    onTestFinished(() => database.close())
    const admin = new Client({ connectionString: url.href })
    await admin.connect()
    onTestFinished(() => admin.end())
    await admin.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    await admin.query('SELECT pg_reload_conf()')
    let count = 0
    /** Writes until a commit waits, and cancels that wait. */
    const cancelWait = async (isRepeatable: boolean): Promise<string> => {
      for (;;) {
        const id = String(count++)
        let outcome: string | undefined
        const write = database
          .write((tx) => insertEntry(tx, id), { isRepeatable })
          .then(
            () => 'acknowledged',
            (error: DatabaseError) => error.code,
          )
        void write.then((came) => {
          outcome = came
        })
        let cancelled = 0
        const cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        while (outcome === undefined) cancelled += (await admin.query(cancel)).rowCount ?? 0
        // Commits begin to wait a moment after the setting can be seen.
        if (cancelled > 0) return write
      }
    }
    expect([await cancelWait(false), await cancelWait(true)]).toEqual(['outcome_unknown', 'outcome_unknown'])
    expect(await listEntryIds(database)).toHaveLength(count)
  })
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
