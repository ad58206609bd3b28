import { sql } from 'kysely'
import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { databaseUnderTest, forEachEmptyDatabase } from '../../../testing/database.ts'
import { testDirectly } from '../../../testing/directly.ts'
import { fourthMigrations, releases } from '../../../testing/releases.ts'
import type { Database } from './database.ts'
import { assertSchemaUsable, inspectSchema } from './inspect-schema.ts'
import type { Migration } from './migration.ts'

const [first, second, third] = releases

forEachEmptyDatabase('steps of the schema', ({ dialect, open, createUrl }) => {
  test('an empty database gets all of them, contract steps too', async () => {
    const taken: number[] = []
    const database = await open({
      migrations: fourthMigrations,
      migrationObserver: { taken: ({ version }) => taken.push(version) },
    })
    expect(taken).toEqual([1, 2, 3, 4, 5, 6])
    expect(await inspectSchema(database, fourthMigrations)).toMatchObject({ taken: 6, known: 6, waiting: [] })
  })

  test('a release goes on after expand steps that it does not know, and leaves them: an upgrade can be taken back', async () => {
    const url = await createUrl()
    await (await open({ url, migrations: second.migrations })).close()
    const old = await open({ url, migrations: first.migrations })
    await first.write(old, 'a', 'of the old release')
    expect(await inspectSchema(old, first.migrations)).toMatchObject({ taken: 4, known: 1, waiting: [] })
    await assertSchemaUsable(old.read, first.migrations)
    await old.close()
    const fresh = await open({ url, migrations: second.migrations })
    expect(await second.read(fresh, 'a')).toBe('of the old release')
  })

  test('a contract step waits until it is asked for, and its release works before it and after it', async () => {
    const url = await createUrl()
    await (await open({ url, migrations: second.migrations })).close()
    const before = await open({ url, migrations: third.migrations })
    await third.write(before, 'before', 'b')
    expect(await inspectSchema(before, third.migrations)).toMatchObject({ taken: 4, waiting: [{ version: 5 }] })
    // SQLite can't tell who runs.
    if (dialect === 'sqlite') await before.close()
    const after = await open({ url, migrations: third.migrations, takesContractSteps: true })
    await third.write(after, 'after', 'a')
    expect([await third.read(after, 'before'), await third.read(after, 'after')]).toEqual(['b', 'a'])
    expect(await inspectSchema(after, third.migrations)).toMatchObject({ taken: 5, waiting: [] })
  })

  test('an older release refuses a schema after a contract step, in one sentence, and leaves it alone', async () => {
    const url = await createUrl()
    const fresh = await open({ url, migrations: third.migrations })
    for (const { migrations } of [first, second])
      await expect(open({ url, migrations })).rejects.toMatchObject({
        code: 'schema_newer',
        message: expect.stringMatching(
          /^[^\n]*\(step 5 of the schema; this release knows \d\): start the newer[^\n]*\.$/,
        ),
      })
    expect(await inspectSchema(fresh, third.migrations)).toMatchObject({ taken: 5 })
    await expect(assertSchemaUsable(fresh.read, second.migrations)).rejects.toMatchObject({ code: 'schema_newer' })
  })

  test('a release whose steps build on a contract step that was not taken says what to run, and takes none', async () => {
    const url = await createUrl()
    await (await open({ url, migrations: first.migrations })).close()
    const refused = open({ url, migrations: fourthMigrations })
    await expect(refused).rejects.toMatchObject({
      code: 'schema_contract_due',
      message: expect.stringContaining('run `ostiary migrate --contract`'),
    })
    await (await open({ url, migrations: fourthMigrations, takesContractSteps: true })).close()
    const database = await open({ url, migrations: fourthMigrations })
    expect(await inspectSchema(database, fourthMigrations)).toMatchObject({ taken: 6, waiting: [] })
  })

  test('what a contract step takes away of rows that an old release wrote last is in the new place first', async () => {
    const url = await createUrl()
    await (await open({ url, migrations: second.migrations })).close()
    const old = await open({ url, migrations: first.migrations })
    await first.write(old, 'late', 'written after the rows were filled')
    await old.close()
    const after = await open({ url, migrations: third.migrations, takesContractSteps: true })
    expect(await third.read(after, 'late')).toBe('written after the rows were filled')
  })

  test('a step that fails leaves what was taken before it, and is taken once it can be', async () => {
    const url = await createUrl()
    await (await open({ url, migrations: first.migrations })).close()
    const good: Migration = { version: 2, name: 'good', kind: 'expand', statements: ['CREATE TABLE good (id TEXT)'] }
    const step = (statements: string[]): Migration => ({ version: 3, name: 'third', kind: 'expand', statements })
    const broken = step(['CREATE TABLE half (id TEXT)', 'CREATE TABLE good (id TEXT)'])
    await expect(open({ url, migrations: [...first.migrations, good, broken] })).rejects.toThrow(/good/)
    const mended = [...first.migrations, good, step(['CREATE TABLE half (id TEXT)'])]
    expect(await inspectSchema(await open({ url, migrations: mended }), mended)).toMatchObject({ taken: 3 })
  })

  test('rows are filled some at a time, until none is left', async () => {
    const url = await createUrl()
    const old = await open({ url, migrations: first.migrations })
    await seed(old, 95)
    await old.close()
    const database = await open({ url, migrations: second.migrations })
    expect(await countFilled(database)).toBe(95)
  })
})

describe('on PostgreSQL', () => {
  const { open, createUrl } = databaseUnderTest('postgresql', { isEmpty: true })

  testDirectly(
    'a contract step is refused while an instance of an older release runs, and its end is noticed at once',
    async () => {
      const url = await createUrl()
      const old = await open({ url, migrations: second.migrations })
      const fresh = await open({ url, migrations: third.migrations })
      for (const database of [old, fresh]) database.onAnnounced('note', () => {})
      const instances = async () => (await inspectSchema(fresh, third.migrations)).instances
      await expect.poll(instances).toEqual([
        { known: 4, count: 1 },
        { known: 5, count: 1 },
      ])
      const contract = () => open({ url, migrations: third.migrations, takesContractSteps: true })
      await expect(contract()).rejects.toMatchObject({
        code: 'schema_in_use',
        message: expect.stringContaining('knows 4 steps'),
      })
      await second.write(old, 'still', 'working')
      await old.close()
      await expect.poll(instances).toEqual([{ known: 5, count: 1 }])
      expect(await third.read(await contract(), 'still')).toBe('working')
    },
  )

  test('a step that must wait for a long transaction lets others pass, and is taken when that ends', async () => {
    const url = await createUrl()
    const old = await open({ url, migrations: first.migrations })
    const long = await hold(url, 'LOCK TABLE note IN ACCESS SHARE MODE')
    const waits: string[] = []
    let isOver = false
    const upgraded = open({
      url,
      migrations: second.migrations,
      migrationObserver: { waiting: (reason) => waits.push(reason) },
    }).then((database) => {
      isOver = true
      return database
    })
    await expect.poll(() => waits, { timeout: 20_000 }).not.toEqual([])
    expect(waits[0]).toMatch(/that of pid \d+ from .*, application "long report", in its transaction for \d+ s$/)
    // Between two attempts nobody stands in the way.
    await first.write(old, 'meanwhile', 'm')
    expect(isOver).toBe(false)
    await long.query('ROLLBACK')
    expect(await second.read(await upgraded, 'meanwhile')).toBe('m')
  })

  test('who waits in vain says for whom: a lock on a table', async () => {
    const url = await createUrl()
    await open({ url, migrations: first.migrations })
    await hold(url, 'LOCK TABLE note IN ACCESS SHARE MODE')
    const late = open({ url, migrations: second.migrations, migrationPatienceMilliseconds: 500 })
    await expect(late).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringMatching(/has waited 0.5 s for a lock\. .* that of pid \d+ .*"long report".*: end it/),
    })
  })

  test('who waits in vain says for whom: another process that migrates', async () => {
    const url = await createUrl()
    await open({ url, migrations: first.migrations })
    await hold(url, 'SELECT pg_advisory_xact_lock(7236198504177231)')
    const late = open({ url, migrations: second.migrations, migrationPatienceMilliseconds: 300 })
    await expect(late).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringMatching(
        /^Another process has been changing the schema for 0.3 s \(pid \d+ .*"long report"/,
      ),
    })
  })

  test('an index is made beside the writers, and one that was left invalid is made anew', async () => {
    const url = await createUrl()
    const old = await open({ url, migrations: first.migrations })
    await seed(old, 10)
    const upTo = (version: number) => second.migrations.slice(0, version)
    const reader = await hold(url, 'SELECT 1', 'ISOLATION LEVEL REPEATABLE READ')
    const cutOff = open({ url, migrations: upTo(3) })
    const ended = expect(cutOff).rejects.toThrow()
    const admin = await connect(url)
    const making = `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event = 'virtualxid'`
    await expect.poll(async () => (await admin.query(making)).rows.length, { timeout: 10_000 }).toBe(1)
    await first.write(old, 'meanwhile', 'm')
    await admin.query(`SELECT pg_terminate_backend(pid) FROM (${making}) AS makers`)
    await ended
    expect(await findIndexes(admin)).toEqual([{ name: 'note_without_body', valid: false }])
    await reader.query('ROLLBACK')
    await open({ url, migrations: upTo(3) })
    expect(await findIndexes(admin)).toEqual([{ name: 'note_without_body', valid: true }])
  })
})

async function seed(database: Database, count: number): Promise<void> {
  await database.write(async (tx) => {
    const rows = Array.from({ length: count }, (_, number) => sql`(${`seed.${number}`}, ${`words of seed.${number}`})`)
    await sql`INSERT INTO note (id, text) VALUES ${sql.join(rows)}`.execute(tx.sql)
  })
}

async function countFilled(database: Database): Promise<number> {
  const { rows } = await sql<{ filled: number }>`SELECT count(*) AS filled FROM note WHERE body = text`.execute(
    database.read,
  )
  return rows[0]?.filled ?? 0
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'long report' })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Leaves a transaction open in which a statement was run. */
async function hold(url: string, statement: string, isolation = ''): Promise<Client> {
  const client = await connect(url)
  await client.query(`BEGIN ${isolation}`)
  await client.query(statement)
  return client
}

async function findIndexes(admin: Client): Promise<unknown[]> {
  const { rows } = await admin.query(`SELECT c.relname AS name, i.indisvalid AS valid
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relname LIKE 'note\\_w%'`)
  return rows
}
