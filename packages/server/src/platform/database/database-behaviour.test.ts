import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { forEachEmptyDatabase } from '../../../testing/database.ts'
import { listEntryIds, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import type { Database, Transaction } from './database.ts'
import { OuterHandleError } from './outer-handle-error.ts'

const migrations = testMigrations

forEachEmptyDatabase('a unit of work', ({ open }) => {
  test('a unit that fails leaves nothing behind, and its neighbours of the same batch are stored', async () => {
    const database = await open({ migrations })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, number) => writeOrFail(database, number, number % 3 === 1)),
    )
    const kept = Array.from({ length: 30 }, (_, number) => `${number}`).filter((_, number) => number % 3 !== 1)
    expect(await listEntryIds(database)).toEqual(kept.sort())
    for (const [number, outcome] of outcomes.entries()) {
      if (number % 3 === 1)
        expect(outcome).toMatchObject({ status: 'rejected', reason: new Error(`unit ${number} fails`) })
      else expect(outcome).toEqual({ status: 'fulfilled', value: number })
    }
  })

  test('a unit that throws before its first await rejects, and nothing else happens', async () => {
    const database = await open({ migrations })
    const failing = database.write(() => {
      throw new Error('at once')
    })
    await expect(failing).rejects.toThrow('at once')
    await writeEntry(database, 'after')
    expect(await listEntryIds(database)).toEqual(['after'])
  })

  test('a statement that failed fails its unit, even when the unit caught the error', async () => {
    const database = await open({ migrations })
    await writeEntry(database, 'taken')
    const unit = database.write(async (tx) => {
      await insertEntry(tx, 'before')
      await insertEntry(tx, 'taken').catch(() => {})
    })
    await expect(unit).rejects.toThrow(/unique/i)
    expect(await listEntryIds(database)).toEqual(['taken'])
  })

  test('a statement that was posted and never sent, for a value that cannot be stored, fails its unit', async () => {
    const database = await open({ migrations })
    const unit = database.write(async (tx) => {
      for (const id of ['before', 'a\0b'])
        tx.post(tables(tx.sql).insertInto('entry').values({ id, unit: id, at: tx.now }))
    })
    await expect(unit).rejects.toThrow(/NUL/)
    expect(await listEntryIds(database)).toEqual([])
  })

  test('a duplicate becomes a value by ON CONFLICT DO NOTHING and the number of rows', async () => {
    const database = await open({ migrations })
    const insertOnce = () =>
      database.write(async (tx) => {
        const values = { id: 'one', unit: 'one', at: tx.now }
        const result = await tables(tx.sql)
          .insertInto('entry')
          .values(values)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        return result.numInsertedOrUpdatedRows
      })
    expect([await insertOnce(), await insertOnce()]).toEqual([1n, 0n])
  })

  test('tx.now is fixed when the unit starts', async () => {
    let moment = 1_700_000_000_000
    const database = await open({ migrations, clock: { now: () => moment++ } })
    const moments = await database.write(async (tx) => {
      await insertEntry(tx, 'a')
      const first = tx.now
      await sleep(5)
      await insertEntry(tx, 'b')
      return [first, tx.now]
    })
    const stored = await tables(database.read).selectFrom('entry').select('at').execute()
    expect(new Set([...moments, ...stored.map((row) => row.at)]).size).toBe(1)
  })

  test('tx is dead once its unit has ended', async () => {
    const database = await open({ migrations })
    const escaped = await database.write(async (tx) => ({ tx }))
    await expect(insertEntry(escaped.tx, 'late')).rejects.toThrow('after its unit of work had ended')
    expect(await listEntryIds(database)).toEqual([])
  })

  test('a unit that exceeds its limit is rolled back, told so, and does not keep the others waiting', async () => {
    const database = await open({ migrations, unitLimitMilliseconds: 100 })
    const hanging = database.write(async (tx) => {
      await insertEntry(tx, 'hanging')
      await new Promise(() => {})
    })
    const next = writeEntry(database, 'next')
    await expect(hanging).rejects.toMatchObject({ name: 'DatabaseError', code: 'unit_timeout' })
    await next
    expect(await listEntryIds(database)).toEqual(['next'])
  })

  test('a unit runs in the asynchronous context of its caller', async () => {
    const database = await open({ migrations })
    const request = new AsyncLocalStorage<number>()
    const numbers = Array.from({ length: 10 }, (_, number) => number)
    const seen = await Promise.all(
      numbers.map((number) => request.run(number, () => database.write(async () => request.getStore()))),
    )
    expect(seen).toEqual(numbers)
  })

  test('Kysely transactions cannot be begun beside the units of work', async () => {
    const database = await open({ migrations })
    await expect(database.read.transaction().execute(async () => {})).rejects.toThrow('database.write alone')
  })
})

describe('only tx may be used inside a unit of work', () => {
  const misuses: readonly [string, (database: Database) => Promise<unknown>][] = [
    ['a read', (database) => listEntryIds(database)],
    ['a write', (database) => database.write(async () => {})],
    ['a read after awaits', (database) => sleep(1).then(() => listEntryIds(database))],
    ['a nested write after awaits', (database) => sleep(1).then(() => database.write(async () => {}))],
  ]
  forEachEmptyDatabase('the outer handle', ({ open }) => {
    test.each(misuses)('%s throws, and the unit fails', async (_, misuse) => {
      const database = await open({ migrations })
      const unit = database.write(async (tx) => {
        await insertEntry(tx, 'a')
        await misuse(database)
      })
      await expect(unit).rejects.toThrow(OuterHandleError)
      expect(await listEntryIds(database)).toEqual([])
    })

    test('a query built outside and run inside throws', async () => {
      const database = await open({ migrations })
      const query = tables(database.read).selectFrom('entry').selectAll()
      await expect(database.write(async () => query.execute())).rejects.toThrow(OuterHandleError)
    })

    test('what a unit has started is free again once the unit has ended', async () => {
      const database = await open({ migrations })
      const started = await database.write(async () => ({ later: sleep(20).then(() => listEntryIds(database)) }))
      expect(await started.later).toEqual([])
    })

    test('another database may be read', async () => {
      const [one, other] = [await open({ migrations }), await open({ migrations })]
      expect(await one.write(async () => listEntryIds(other))).toEqual([])
    })
  })
})

forEachEmptyDatabase('parallel units', ({ open }) => {
  test('increments by compare-and-swap lose nothing', async () => {
    const database = await open({ migrations })
    await startCounter(database)
    await Promise.all(Array.from({ length: 10 }, () => incrementTimes(database, 20)))
    expect(await readCounter(database)).toBe(200)
  })

  test('of 20 parallel uses of a one-time thing, one wins', async () => {
    const database = await open({ migrations })
    await writeEntry(database, 'code')
    const wins = await Promise.all(Array.from({ length: 20 }, () => consumeOnce(database, 'code')))
    expect(wins.filter((won) => won)).toHaveLength(1)
    expect(await listEntryIds(database)).toEqual([])
  })
})

forEachEmptyDatabase('reads', ({ open }) => {
  test('reads never see uncommitted rows, and see them once the write is acknowledged', async () => {
    const database = await open({ migrations })
    const inserted = Promise.withResolvers<void>()
    const looked = Promise.withResolvers<void>()
    const unit = database.write(async (tx) => {
      await insertEntry(tx, 'a')
      inserted.resolve()
      await looked.promise
      return tables(tx.sql).selectFrom('entry').select('id').execute()
    })
    await inserted.promise
    expect(await listEntryIds(database)).toEqual([])
    looked.resolve()
    expect(await unit).toMatchObject([{ id: 'a' }])
    expect(await listEntryIds(database)).toEqual(['a'])
  })

  test('each of many parallel writers reads its own write as soon as it is acknowledged', async () => {
    const database = await open({ migrations })
    const seen = await Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        await writeEntry(database, `${number}`)
        return (await listEntryIds(database)).includes(`${number}`)
      }),
    )
    expect(seen).not.toContain(false)
  })

  test('database.read does not write', async () => {
    const database = await open({ migrations })
    const values = { id: 'a', unit: 'a', at: 1 }
    await expect(tables(database.read).insertInto('entry').values(values).execute()).rejects.toThrow(
      'use database.write',
    )
    expect(await listEntryIds(database)).toEqual([])
  })

  test('BIGINT columns, counts and sums are numbers', async () => {
    const database = await open({ migrations })
    const at = Number.MAX_SAFE_INTEGER
    await database.write(async (tx) => {
      await tables(tx.sql).insertInto('entry').values({ id: 'a', unit: 'a', at }).execute()
      await tables(tx.sql)
        .insertInto('counter')
        .values([
          { id: 'a', value: 2 },
          { id: 'b', value: 3 },
        ])
        .execute()
    })
    expect(await tables(database.read).selectFrom('entry').select('at').executeTakeFirst()).toEqual({ at })
    const sums = tables(database.read)
      .selectFrom('counter')
      .select(({ fn }) => [fn.countAll().as('n'), fn.sum('value').as('sum')])
    expect(await sums.executeTakeFirst()).toEqual({ n: 2, sum: 5 })
  })

  test('a whole number beyond the safe range is refused, not rounded', async () => {
    const database = await open({ migrations })
    await expect(sql`SELECT CAST(9007199254740993 AS BIGINT) AS n`.execute(database.read)).rejects.toThrow(RangeError)
  })

  test.each([
    ['true', true],
    ['undefined', undefined],
    ['a Date', new Date(0)],
    ['NaN', Number.NaN],
    ['a NUL', 'a\0b'],
  ])('the value %s, which the dialects would treat differently, is refused by both', async (_, value) => {
    const database = await open({ migrations })
    await expect(sql`SELECT ${value} AS v`.execute(database.read)).rejects.toThrow(TypeError)
  })
})

forEachEmptyDatabase('close', ({ open }) => {
  test('finishes what was accepted and refuses what comes later', async () => {
    const database = await open({ migrations })
    const accepted = Promise.all(Array.from({ length: 50 }, (_, number) => writeEntry(database, `${number}`)))
    const closed = database.close()
    await expect(writeEntry(database, 'late')).rejects.toMatchObject({ code: 'closed' })
    await accepted
    await closed
    await expect(listEntryIds(database)).rejects.toMatchObject({ code: 'closed' })
  })
})

async function insertEntry(tx: Transaction, id: string): Promise<void> {
  await tables(tx.sql).insertInto('entry').values({ id, unit: id, at: tx.now }).execute()
}

function writeOrFail(database: Database, number: number, fails: boolean): Promise<number> {
  return database.write(async (tx) => {
    await insertEntry(tx, `${number}`)
    if (fails) throw new Error(`unit ${number} fails`)
    return number
  })
}

async function startCounter(database: Database): Promise<void> {
  await database.write(async (tx) => {
    await tables(tx.sql).insertInto('counter').values({ id: 'c', value: 0 }).execute()
  })
}

async function readCounter(database: Database): Promise<number> {
  const row = await tables(database.read).selectFrom('counter').select('value').executeTakeFirstOrThrow()
  return row.value
}

async function incrementTimes(database: Database, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const value = await readCounter(database)
    const changed = await database.write(async (tx) => {
      const update = tables(tx.sql)
        .updateTable('counter')
        .set({ value: value + 1 })
        .where('value', '=', value)
      return (await update.executeTakeFirstOrThrow()).numUpdatedRows
    })
    if (changed === 1n) done++
  }
}

function consumeOnce(database: Database, id: string): Promise<boolean> {
  return database.write(async (tx) => {
    const result = await tables(tx.sql).deleteFrom('entry').where('id', '=', id).executeTakeFirstOrThrow()
    return result.numDeletedRows === 1n
  })
}
