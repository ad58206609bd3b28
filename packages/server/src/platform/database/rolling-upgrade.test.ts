import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { forEachEmptyDatabase } from '../../../testing/database.ts'
import { type DatabaseChild, startRelease } from '../../../testing/database-child-process.ts'
import { testDirectly } from '../../../testing/directly.ts'
import { releases } from '../../../testing/releases.ts'
import type { Database } from './database.ts'
import { inspectSchema } from './inspect-schema.ts'

const [first, , third] = releases

// Instances are processes of their own: they die alone, and share nothing but the database.
forEachEmptyDatabase('a rolling upgrade', ({ dialect, open, createUrl }) => {
  test('four instances that start at once on an old schema: each step is taken once, and all go on', async () => {
    const url = await createOldDatabase(100)
    const children = Array.from({ length: 4 }, () => startRelease(url, 2))
    for (const child of children) await child.ended
    expect(children.map((child) => [child.process.exitCode, child.errors(), child.lines().at(-1)])).toEqual(
      children.map(() => [0, '', 'opened']),
    )
    const taken = children.flatMap((child) => child.lines().filter((line) => line.startsWith('took')))
    expect(taken.sort()).toEqual(['took 2', 'took 3', 'took 4'])
  })

  test('kill -9 while rows are filled: what was filled stays, and the next instance goes on from there', async () => {
    const url = await createOldDatabase(2000)
    const witness = await open({ url, migrations: first.migrations })
    const child = startRelease(url, 2)
    await expect.poll(() => countFilled(witness).catch(() => 0), { interval: 2, timeout: 20_000 }).toBeGreaterThan(0)
    child.process.kill('SIGKILL')
    await child.ended
    const filled = await countFilled(witness)
    expect(filled).toBeLessThan(2000)
    expect(child.lines()).not.toContain('took 4')
    const next = startRelease(url, 2)
    await next.ended
    expect(next.lines()).toEqual(['took 4', 'opened'])
    expect(await countFilled(witness)).toBe(2000)
  })

  testDirectly(
    'three releases, one after the other, side by side under load: every note that was acknowledged is there',
    async () => {
      const url = await createOldDatabase(60)
      const acknowledged: string[] = []
      const end = async (child: DatabaseChild) => {
        child.process.kill('SIGTERM')
        await child.ended
        expect([child.process.exitCode, child.errors()]).toEqual([0, ''])
        acknowledged.push(...child.lines().filter((line) => line.includes('.')))
      }
      const one = startRelease(url, 1, 'one')
      await untilWritten(one, 20)
      const two = startRelease(url, 2, 'two')
      await untilWritten(two, 20)
      // Beside the new schema.
      await untilWritten(one, one.lines().length + 20)
      const contract = () => open({ url, migrations: third.migrations, takesContractSteps: true })
      await expect(contract()).rejects.toMatchObject({ code: 'schema_in_use' })
      await untilWritten(one, one.lines().length + 20)
      await end(one)
      const three = startRelease(url, 3, 'three')
      await untilWritten(three, 20)
      await untilWritten(two, two.lines().length + 20)
      await end(two)
      // SQLite can't tell which release has the file open.
      if (dialect === 'sqlite') await end(three)
      const database = await contract()
      if (dialect === 'postgresql') {
        await untilWritten(three, three.lines().length + 20)
        await end(three)
      }
      expect(await inspectSchema(database, third.migrations)).toMatchObject({ taken: 5, waiting: [] })
      expect(acknowledged.length).toBeGreaterThan(100)
      for (const id of acknowledged) expect(await third.read(database, id)).toBe(`words of ${id}`)
      const late = startRelease(url, 1, 'late')
      await late.ended
      expect([late.process.exitCode, late.lines()]).toEqual([1, []])
      expect(late.errors()).toContain('start the newer release')
    },
  )

  /** As the first release has left it, with so many notes. */
  async function createOldDatabase(notes: number): Promise<string> {
    const url = await createUrl()
    const database = await open({ url, migrations: first.migrations })
    await database.write(async (tx) => {
      const rows = Array.from({ length: notes }, (_, number) => [`seed.${number}`, `words of seed.${number}`])
      await sql`INSERT INTO note (id, text) VALUES ${sql.join(rows.map((row) => sql`(${sql.join(row)})`))}`.execute(
        tx.sql,
      )
    })
    await database.close()
    return url
  }
})

async function countFilled(database: Database): Promise<number> {
  const { rows } = await sql<{ filled: number }>`SELECT count(*) AS filled FROM note WHERE body = text`.execute(
    database.read,
  )
  return rows[0]?.filled ?? 0
}

/** Resolves when it has said so many lines. */
async function untilWritten(child: DatabaseChild, lines: number): Promise<void> {
  await expect
    .poll(
      () => {
        if (child.process.exitCode !== null) throw new Error(`It has ended: ${child.errors()}`)
        return child.lines().length
      },
      { interval: 10, timeout: 20_000 },
    )
    .toBeGreaterThan(lines)
}
