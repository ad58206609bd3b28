import { afterEach, expect, it } from 'vitest'
import { onSqlite } from '../../testing/database.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { randomSecret } from '../platform/random/random.ts'

const DAY_MS = 86_400_000

onSqlite('ostiary account delete and restore', ({ createUrl }) => {
  const folders: CliFolder[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) folder[Symbol.dispose]()
  })

  async function open() {
    const folder = new CliFolder({ OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: randomSecret() })
    folders.push(folder)
    const run = (...words: string[]) => folder.run(['account', ...words, '--json'])
    const create = async () => JSON.parse((await run('create', '--username', 'ada', '--generate-password')).stdout).id
    const list = async () =>
      JSON.parse((await run('list')).stdout).accounts as { id: string; delete_after: string | null }[]
    return { run, create, list }
  }

  it('an account waits for its deletion, is restored once, and says so in the list', async () => {
    const { run, create, list } = await open()
    const id = await create()
    const asked = JSON.parse((await run('delete', '--username', 'ada')).stdout)
    expect(asked).toEqual({ id, delete_after: expect.any(String), ended_sessions: 0, revoked_api_keys: 0 })
    expect(Math.abs(Date.parse(asked.delete_after) - Date.now() - 14 * DAY_MS)).toBeLessThan(DAY_MS / 24)
    expect(await list()).toMatchObject([{ id, delete_after: asked.delete_after }])
    const again = await run('delete', '--username', 'ada')
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('already_requested')])
    expect(JSON.parse((await run('restore', '--username', 'ada')).stdout)).toEqual({ id, delete_after: null })
    const twice = await run('restore', '--username', 'ada')
    expect([twice.exitCode, twice.stderr]).toEqual([1, expect.stringContaining('not_to_be_deleted')])
    expect(await list()).toMatchObject([{ id, delete_after: null }])
  })

  it('with --now it is gone, disabled or waiting or neither, and its name is free', async () => {
    const { run, create, list } = await open()
    for (const before of [undefined, 'delete', 'disable']) {
      const id = await create()
      if (before !== undefined) await run(before, '--username', 'ada')
      expect(JSON.parse((await run('delete', '--username', 'ada', '--now')).stdout), before).toEqual({
        id,
        deleted: true,
      })
      expect(await list(), before).toEqual([])
      expect((await run('restore', '--username', 'ada')).exitCode, before).toBe(1)
    }
  })
})
