import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { migrations } from '../../domain/schema/migrations.ts'

forEachDatabase('openDatabase', ({ open }) => {
  test('applies the initial schema to an empty database', async () => {
    const database = await open({ migrations })
    expect(
      await database.read.withTables<{ account: { id: string } }>().selectFrom('account').selectAll().execute(),
    ).toEqual([])
  })
})
