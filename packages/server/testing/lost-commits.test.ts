import { describe, expect, onTestFinished, test } from 'vitest'
import { CommitCutter, type Cut } from './commit-cutter.ts'
import { databaseUnderTest } from './database.ts'
import { listEntryIds, tables, testMigrations } from './database-schema.ts'
import { createTestDatabaseUrl } from './postgresql.ts'
import { addAccount, addApi, logIn, startTestServer } from './test-server.ts'

const cuts: readonly Cut[] = ['before', 'during', 'after']
const audience = 'https://api.example.com'
const password = 'seven purple umbrellas'

describe('a connection that is cut at COMMIT', () => {
  const { open, createUrl } = databaseUnderTest('postgresql', { isEmpty: true })

  test.each(cuts)(
    '%s it: a repeatable unit is run again and answered, any other is told that its outcome is unknown',
    async (cut) => {
      await using cutter = await CommitCutter.start(await createUrl())
      const database = await open({ migrations: testMigrations, url: cutter.url })
      const insert = (id: string, isRepeatable: boolean) =>
        database.write(
          async (tx) => {
            const row = { id, unit: id, at: tx.now }
            await tables(tx.sql)
              .insertInto('entry')
              .values(row)
              .onConflict((conflict) => conflict.doNothing())
              .execute()
            return id
          },
          { isRepeatable },
        )
      cutter.cutNext(cut, 'repeatable')
      expect(await insert('repeatable', true)).toBe('repeatable')
      cutter.cutNext(cut, 'other')
      await expect(insert('other', false)).rejects.toMatchObject({ code: 'outcome_unknown' })
      expect(cutter.cuts).toBe(2)
      const stored = cut === 'before' ? ['repeatable'] : ['other', 'repeatable']
      await expect.poll(() => listEntryIds(database)).toEqual(stored)
    },
  )

  test.each(cuts)('%s it: a refresh gives the successor as ever, and a login 503 with Retry-After', async (cut) => {
    await using cutter = await CommitCutter.start(await createTestDatabaseUrl())
    const server = await startTestServer({ databaseUrl: cutter.url })
    onTestFinished(() => server.stop())
    await addAccount(server, 'ada', password)
    await addApi(server, { audience })
    const login = async () => logIn(server, { username: 'ada', password, audience })
    const opened = (await (await login()).json()) as { refresh_token: string; session_id: string }
    let { refresh_token } = opened
    const refresh = () =>
      fetch(`${server.issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token }),
      })
    for (let time = 0; time < 3; time++) {
      cutter.cutNext(cut, opened.session_id)
      const answer = await refresh()
      expect([answer.status, cutter.cuts]).toEqual([200, time + 1])
      const successor = ((await answer.json()) as { refresh_token: string }).refresh_token
      // The same once more: nobody has taken it for a copy.
      expect(((await (await refresh()).json()) as { refresh_token: string }).refresh_token).toBe(successor)
      refresh_token = successor
    }
    cutter.cutNext(cut, 'session.opened')
    const refused = await login()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3'])
    expect((await login()).status).toBe(200)
  })
})
