import { CompiledQuery, SqliteQueryCompiler, sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { purgeRequests } from '../src/domain/authorizations/pending-requests.ts'
import { purgeDocumentClients } from '../src/domain/client-documents/purge-document-clients.ts'
import { purgeStrangers } from '../src/domain/clients/limit-strangers.ts'
import { purgeInvitations } from '../src/domain/invitations/answer-invitation.ts'
import { purgeKnownDevices } from '../src/domain/known-devices/forget-devices.ts'
import { purgeMailBudgets } from '../src/domain/mails/purge-mails.ts'
import { purgeRevocationMarks } from '../src/domain/revocations/purge-revocations.ts'
import { migrations } from '../src/domain/schema/migrations.ts'
import { purgeSessions } from '../src/domain/sessions/purge-sessions.ts'
import { purgeThrottle } from '../src/domain/throttle/purge-throttle.ts'
import { deletionSteps, maintain } from '../src/maintenance.ts'
import type { Database, Transaction } from '../src/platform/database/database.ts'
import { type DeletionStep, deleteInSteps } from '../src/platform/database/delete-in-steps.ts'
import type { Log } from '../src/platform/log/create-log.ts'
import { databaseUnderTest, forEachDatabase } from './database.ts'
import { fillSchema, readTable, schemaTables } from './fill-schema.ts'
import { recordStatements } from './record-statements.ts'
import { startTestServer } from './test-server.ts'

const ROWS = 40
const MOST = 7
const accounts = Array.from({ length: ROWS }, (_, index) => `acc_${index}`)

/** A table beside which a step deletes what belongs to its rows. */
const beside: readonly string[] = ['webhook_delivery']

forEachDatabase('what is over', ({ open, createUrl }) => {
  test('is deleted at most so many rows at a time, by every step of the maintenance', async () => {
    const database = await openFilled(open)
    for (const step of deletionSteps) {
      const before = await countRows(database)
      const deleted = await database.write((tx) => step(tx, MOST))
      expect([step.name, difference(before, await countRows(database))]).toEqual([step.name, [deleted]])
      expect([step.name, deleted]).toEqual([step.name, MOST])
    }
  })

  test('is gone whole after some steps, and what is not over stays', async () => {
    const database = await open({ migrations, clock: { now: () => 1000 } })
    const rows = Array.from({ length: 251 }, (_, at) => sql`(${`key ${at}`}, 1, 1, ${at === 0 ? 1001 : at})`)
    await database.write(async (tx) => {
      await sql`INSERT INTO throttle (key, failures, last_failure_at, forget_at) VALUES ${sql.join(rows)}`.execute(
        tx.sql,
      )
    })
    await deleteInSteps(database, purgeThrottle)
    expect(await readTable(database, 'throttle')).toEqual([expect.stringContaining('"key 0"')])
  })

  test('goes though another part of the maintenance fails in every round, which the log tells', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    onTestFinished(() => server.stop())
    const { installation } = server.running
    await installation.database.write(async (tx) => {
      await sql`INSERT INTO mail_budget (key, spent_until) VALUES ('is over', 1)`.execute(tx.sql)
      await sql`DROP TABLE throttle`.execute(tx.sql)
    })
    const failures: object[] = []
    const log = { error: (details: object) => failures.push(details) } as Pick<Log, 'error'>
    await maintain(installation, log, new AbortController().signal)
    expect(failures).toEqual([{ error: expect.objectContaining({ message: expect.stringContaining('throttle') }) }])
    expect(await readTable(installation.database, 'mail_budget')).toEqual([])
  })

  test('stays where it is when the process is to stop, between two units of work', async () => {
    const database = await openFilled(open)
    const stopping = new AbortController()
    let calls = 0
    await deleteInSteps(
      database,
      async (_, most) => {
        calls += 1
        if (calls === 2) stopping.abort()
        return most
      },
      stopping.signal,
    )
    expect(calls).toBe(2)
  })
})

/** What may be moved on, so that it is not over after all: a session is used, a client is let in, a wrong password is counted. */
const moved: readonly (readonly [table: string, column: string, step: DeletionStep])[] = [
  ['session', 'expires_at', purgeSessions],
  ['throttle', 'forget_at', purgeThrottle],
  ['revocation_mark', 'forget_at', purgeRevocationMarks],
  ['mail_budget', 'spent_until', purgeMailBudgets],
  ['known_device', 'forget_at', purgeKnownDevices],
  ['invitation', 'expires_at', purgeInvitations],
  ['authorization_request', 'expires_at', purgeRequests],
  ['client', 'agreed_at', purgeStrangers],
  ['client', 'agreed_at', purgeDocumentClients],
]

describe('what is over on PostgreSQL', () => {
  const { open } = databaseUnderTest('postgresql')

  test('stays when it is moved on in the moment in which it is deleted', async () => {
    const database = await openFilled(open)
    for (const [table, column, step] of moved) {
      await database.write((tx) => setColumn(tx, table, column, table === 'client' ? null : 1))
      const moving = Promise.withResolvers<void>()
      const mayEnd = Promise.withResolvers<void>()
      const change = database.write(async (tx) => {
        await setColumn(tx, table, column, Number.MAX_SAFE_INTEGER)
        moving.resolve()
        await mayEnd.promise
      })
      await moving.promise
      const deletion = database.write((tx) => step(tx, MOST))
      await expect.poll(() => countWaiting(database)).toBe(1)
      mayEnd.resolve()
      await change
      expect([step.name, await deletion, (await readTable(database, table)).length]).toEqual([step.name, 0, ROWS])
    }
  })
})

describe('what is over on SQLite', () => {
  const { open } = databaseUnderTest('sqlite')

  test('is found by an index: no deletion reads a whole table', async () => {
    const database = await openFilled(open)
    using recorded = recordStatements(database)
    for (const step of deletionSteps) await database.write((tx) => step(tx, MOST))
    const scans: string[] = []
    const statements = recorded.take()
    for (const node of statements) {
      const compiled = new SqliteQueryCompiler().compileQuery(node, { queryId: 'explained' })
      const plan = await database.read.executeQuery<{ detail: string }>(
        CompiledQuery.raw(
          `EXPLAIN QUERY PLAN ${compiled.sql}`,
          compiled.parameters.map(() => null),
        ),
      )
      scans.push(...plan.rows.map(({ detail }) => detail).filter((detail) => /^SCAN (?!.*USING)/.test(detail)))
    }
    expect(statements.length).toBeGreaterThan(deletionSteps.length)
    // One row, and some that operators have made.
    expect([...new Set(scans)].sort()).toEqual(['SCAN catalogue', 'SCAN feed_head', 'SCAN registration_token'])
  })
})

/** Every table has rows of 1970, which are over. */
async function openFilled(open: ReturnType<typeof databaseUnderTest>['open']): Promise<Database> {
  const database = await open({ migrations })
  await fillSchema(database, { rows: ROWS, accounts })
  await database.write(async (tx) => {
    await sql`UPDATE client SET registered_by = 'network:192.0.2.1', agreed_at = NULL, document_fresh_until = 1`.execute(
      tx.sql,
    )
  })
  return database
}

async function setColumn(tx: Transaction, table: string, column: string, value: number | null): Promise<void> {
  await sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = CAST(${value} AS BIGINT)`.execute(tx.sql)
}

/** How many wait for the lock of a row that another transaction is changing. */
async function countWaiting(database: Database): Promise<number | undefined> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(
    database.read,
  )
  return rows[0]?.count
}

async function countRows(database: Database): Promise<Readonly<Record<string, number>>> {
  const counts: [string, number][] = []
  for (const { name } of schemaTables)
    if (!beside.includes(name)) counts.push([name, (await readTable(database, name)).length])
  return Object.fromEntries(counts)
}

/** How many rows went, of each table that lost some. */
function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): readonly number[] {
  return Object.entries(before)
    .map(([table, count]) => count - (after[table] ?? 0))
    .filter((gone) => gone !== 0)
}
