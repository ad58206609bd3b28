import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { migrations } from '../schema/migrations.ts'
import { noteCatalogueChange } from './catalogue-version.ts'
import { CurrentCopies } from './current-copies.ts'

/** What is read is how often it was read. */
function openCounting(copies = new CurrentCopies<number>()) {
  let count = 0
  const read = async () => {
    count += 1
    return count
  }
  return ({ read: sql }: Pick<Database, 'read'>, name = 'one') => copies.obtain(sql, name, read)
}

forEachDatabase('copies of the catalogue', ({ open, createUrl }) => {
  test('a copy is used until something of the catalogue changes, by whatever instance, and never after', async () => {
    const url = await createUrl()
    const [one, other] = [await open({ url, migrations }), await open({ url, migrations })]
    const ask = openCounting()
    expect([await ask(one), await ask(one), await ask(one)]).toEqual([1, 1, 1])
    await other.write((tx) => noteCatalogueChange(tx.sql))
    expect([await ask(one), await ask(one)]).toEqual([2, 2])
    await one.write((tx) => noteCatalogueChange(tx.sql))
    expect([await ask(one), await ask(one)]).toEqual([3, 3])
  })

  test('a change that fails ends no copy, and one that is under way ends it for its own transaction alone', async () => {
    const database = await open({ migrations })
    const ask = openCounting()
    expect(await ask(database)).toBe(1)
    const failed = database.write(async (tx) => {
      expect(await ask({ read: tx.sql })).toBe(1)
      await noteCatalogueChange(tx.sql)
      expect(await ask({ read: tx.sql })).toBe(2)
      throw new Error('taken back')
    })
    await expect(failed).rejects.toThrow('taken back')
    // The copy that the failed transaction left is of a word that nobody ever reads.
    expect([await ask(database), await ask(database)]).toEqual([3, 3])
  })

  test('what has no copy is read by each who asks, what isn’t there is not kept, and the oldest makes place', async () => {
    const database = await open({ migrations })
    let now = 0
    const copies = new CurrentCopies<number>({ most: 2, monotonicNow: () => now })
    const ask = openCounting(copies)
    for (const name of ['one', 'two', 'three']) await ask(database, name)
    expect(await ask(database, 'three')).toBe(3)
    expect(await ask(database, 'one')).toBe(4)
    let asked = 0
    const findNothing = async () => {
      asked += 1
      return undefined
    }
    for (const _ of [1, 2]) await copies.obtain(database.read, 'nobody', findNothing)
    expect(asked).toBe(2)
    now = 10_000
    expect(await ask(database, 'one')).toBe(5)
  })
})
