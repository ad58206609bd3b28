import { expect, test } from 'vitest'
import { countStatements } from '../../../testing/count-work.ts'
import { onSqlite } from '../../../testing/database.ts'
import { migrations } from '../schema/migrations.ts'
import { findOneTime, issueOneTime, purgeOneTime, useOnce, useOneTime } from './one-time.ts'

const begunAt = 1_790_000_000_000
const lifetimeMilliseconds = 60_000
const kind = 'authorization_code'
const payload = { of: 'a test' }

onSqlite('one-time things', ({ open }) => {
  async function start() {
    const clock = { moment: begunAt, now: () => clock.moment }
    const database = await open({ migrations, clock })
    const issue = () => database.write((tx) => issueOneTime(tx, { kind, payload, lifetimeMilliseconds }))
    const find = (secret: string, of: typeof kind | 'login_step' = kind) =>
      findOneTime(database.read, { kind: of, secret, now: clock.now() })
    const use = (id: string, outcome: string) => database.write((tx) => useOneTime(tx, id, outcome))
    return { clock, database, issue, find, use }
  }

  async function issued() {
    const scene = await start()
    const secret = await scene.issue()
    const found = await scene.find(secret)
    if (found.state !== 'unused') throw new Error(`it is ${found.state}`)
    return { ...scene, secret, id: found.id }
  }

  test('what was issued is found by its secret, with what it is for; the secret itself rests nowhere', async () => {
    const { database, secret, find, id } = await issued()
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(await find(secret)).toEqual({ state: 'unused', id, payload })
    expect(id).not.toBe(secret)
    const rows = await database.read
      .withTables<{ one_time: { id: string } }>()
      .selectFrom('one_time')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('two have two secrets, and each is found by its own', async () => {
    const { issue, find } = await start()
    const [one, other] = [await issue(), await issue()]
    const found = [await find(one), await find(other)]
    expect(found.map(({ state }) => state)).toEqual(['unused', 'unused'])
    expect(new Set(found.map((each) => ('id' in each ? each.id : ''))).size).toBe(2)
  })

  test('it is used once, and whoever comes later is told what came of it', async () => {
    const { secret, id, find, use } = await issued()
    expect(await use(id, 'session a')).toBe(true)
    expect(await use(id, 'session b')).toBe(false)
    expect(await find(secret)).toEqual({ state: 'used', outcome: 'session a' })
  })

  test('a use that is rolled back was none', async () => {
    const { secret, id, database, find } = await issued()
    const failing = database.write(async (tx) => {
      expect(await useOneTime(tx, id, 'lost')).toBe(true)
      throw new Error('the rest failed')
    })
    await expect(failing).rejects.toThrow('the rest failed')
    expect(await find(secret)).toMatchObject({ state: 'unused' })
  })

  test('of 20 parallel uses one is the first', async () => {
    const { id, use } = await issued()
    const uses = await Promise.all(Array.from({ length: 20 }, (_, index) => use(id, `use ${index}`)))
    expect(uses.filter(Boolean)).toHaveLength(1)
  })

  test('it expires with its lifetime, to the millisecond; one that was used stays used', async () => {
    const { clock, secret, id, find, use } = await issued()
    clock.moment = begunAt + lifetimeMilliseconds - 1
    expect(await find(secret)).toMatchObject({ state: 'unused' })
    clock.moment = begunAt + lifetimeMilliseconds
    expect(await find(secret)).toEqual({ state: 'expired' })
    await use(id, '')
    expect(await find(secret)).toEqual({ state: 'used', outcome: '' })
  })

  test('it is of one kind: by another it is unknown', async () => {
    const { secret, find } = await issued()
    expect(await find(secret, 'login_step')).toEqual({ state: 'unknown' })
  })

  test('any other text is unknown', async () => {
    const { secret, find } = await issued()
    const others = [
      '',
      secret.slice(1),
      `${secret}A`,
      ` ${secret}`,
      `${secret}\n`,
      'A'.repeat(43),
      `${secret.slice(1)}ä`,
    ]
    for (const text of others) expect(await find(text), text).toEqual({ state: 'unknown' })
  })

  test('a text that cannot be a secret is not looked for', async () => {
    const { database, secret } = await issued()
    let asked = 0
    const sql = countStatements(database.read, () => (asked += 1))
    for (const text of ['x', `${secret}A`, `A${secret}`]) await findOneTime(sql, { kind, secret: text, now: begunAt })
    expect(asked).toBe(0)
    await findOneTime(sql, { kind, secret, now: begunAt })
    expect(asked).toBe(1)
  })

  test('what somebody else has named counts once, for its kind and under its name', async () => {
    const { database } = await start()
    const once = (of: 'assertion' | 'dpop_proof', name: string) =>
      database.write((tx) => useOnce(tx, { kind: of, name, expiresAt: begunAt + 1 }))
    const uses = [once('assertion', 'a'), once('assertion', 'a'), once('assertion', 'b'), once('dpop_proof', 'a')]
    expect(await Promise.all(uses)).toEqual([true, false, true, true])
  })

  test('it is known for ten minutes after it has expired, and then purged, some at a time', async () => {
    const { clock, database, secret, issue, find } = await issued()
    await issue()
    const purge = (most: number) => database.write((tx) => purgeOneTime(tx, most))
    clock.moment = begunAt + lifetimeMilliseconds + 600_000
    expect(await purge(10)).toBe(0)
    expect(await find(secret)).toEqual({ state: 'expired' })
    clock.moment += 1
    expect([await purge(1), await purge(10), await purge(10)]).toEqual([1, 1, 0])
    expect(await find(secret)).toEqual({ state: 'unknown' })
  })
})
