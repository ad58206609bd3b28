import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachEmptyDatabase } from '../../../testing/database.ts'
import { type DatabaseChild, startDatabaseChild } from '../../../testing/database-child-process.ts'
import { tables, testMigrations } from '../../../testing/database-schema.ts'
import { type PostgresqlCluster, startPostgresqlCluster } from '../../../testing/postgresql-cluster.ts'
import { systemClock } from '../clock/clock.ts'
import { openDatabase } from './open-database.ts'

const rounds = 4
const longestLifeMilliseconds = 400

forEachEmptyDatabase('kill -9 of the writing process under load', ({ createUrl }) => {
  test('every acknowledged write is there, and every unit is whole', async () => {
    const url = await createUrl()
    const acknowledged: string[] = []
    for (let round = 0; round < rounds; round++) {
      const child = await startWriting(url, `${round}`)
      await sleep(Math.random() * longestLifeMilliseconds)
      child.process.kill('SIGKILL')
      await child.ended
      expect(child.process.signalCode).toBe('SIGKILL')
      acknowledged.push(...listAcknowledged(child))
      await expectStored(url, acknowledged)
    }
  })
})

describe('kill -9 of PostgreSQL itself under load', () => {
  let cluster: PostgresqlCluster
  beforeAll(async () => {
    cluster = await startPostgresqlCluster({ durable: true })
  })
  afterAll(async () => {
    await cluster?.stop()
  })

  test('after its restart every acknowledged write is there, and every unit is whole', async () => {
    const url = await cluster.createDatabase()
    const acknowledged: string[] = []
    for (let round = 0; round < rounds; round++) {
      const child = await startWriting(url, `${round}`)
      await sleep(Math.random() * longestLifeMilliseconds)
      await cluster.kill()
      await child.ended
      expect({ code: child.process.exitCode, errors: child.errors() }).toEqual({ code: 0, errors: '' })
      acknowledged.push(...listAcknowledged(child))
      await cluster.restart()
      await expectStored(url, acknowledged)
    }
  })
})

/** Resolves once the child has had its first writes acknowledged. */
async function startWriting(url: string, prefix: string): Promise<DatabaseChild> {
  const child = startDatabaseChild([url, prefix])
  while (listAcknowledged(child).length < 50) {
    if (child.process.exitCode !== null) throw new Error(`The child ended too soon: ${child.errors()}`)
    await sleep(5)
  }
  return child
}

function listAcknowledged(child: DatabaseChild): string[] {
  return child.lines().filter((line) => line !== 'opened')
}

async function expectStored(url: string, acknowledged: readonly string[]): Promise<void> {
  const database = await openDatabase({ url, migrations: testMigrations, clock: systemClock })
  try {
    const rows = await tables(database.read)
      .selectFrom('entry')
      .select(({ fn }) => ['unit', fn.countAll().as('rows')])
      .groupBy('unit')
      .execute()
    const stored = new Set(rows.map((row) => row.unit))
    expect(acknowledged.filter((unit) => !stored.has(unit))).toEqual([])
    // Each unit wrote two rows.
    expect(rows.filter((row) => row.rows !== 2)).toEqual([])
  } finally {
    await database.close()
  }
}
