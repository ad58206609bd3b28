import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { migrations } from '../src/domain/schema/migrations.ts'
import { forEachEmptyDatabase } from './database.ts'

forEachEmptyDatabase("the server's own schema", ({ open, createUrl }) => {
  test('is applied to an empty database, and known when it is opened again', async () => {
    const url = await createUrl()
    await (await open({ migrations, url })).close()
    const database = await open({ migrations, url })
    const { rows } = await sql`SELECT version, name FROM schema_version ORDER BY version`.execute(database.read)
    expect(rows).toEqual(migrations.map(({ version, name }) => ({ version, name })))
  })
})
