import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { countStatements } from '../../../testing/count-work.ts'
import { onSqlite } from '../../../testing/database.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { createRefreshKeyRing } from './refresh-key-ring.ts'
import { selectRefreshKeys } from './refresh-key-store.ts'
import { ensureRefreshKey, rotateRefreshKey } from './rotate-refresh-key.ts'

const sealer = createSealer([Buffer.alloc(32, 7).toString('base64url')])

/** The same queries, which are not run until then. */
function hold<Held extends object>(queries: Held, until: Promise<void>): Held {
  return new Proxy(queries, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) =>
        String(name).startsWith('execute')
          ? until.then(() => value.apply(target, given))
          : hold(value.apply(target, given), until)
    },
  })
}

onSqlite('the ring of refresh keys', ({ open }) => {
  async function start() {
    const opened = await open({ migrations })
    const counted = { reads: 0, failing: 0 }
    const database = {
      ...opened,
      write: opened.write.bind(opened),
      read: countStatements(opened.read, () => {
        counted.reads += 1
        if (counted.reads === counted.failing) throw new Error('the database is gone')
      }),
    }
    const clock = { moment: 0 }
    const ring = createRefreshKeyRing(database, sealer, () => clock.moment)
    const rotate = () => opened.write((tx) => rotateRefreshKey(tx, sealer, 'cli'))
    const audited = () => listAuditEvents(opened.read, { limit: 10 })
    return { database: opened, counted, clock, ring, rotate, audited }
  }

  test('without a key it says how the first is made; ensuring makes one, once, and audits it', async () => {
    const { database, ring, audited } = await start()
    await expect(ring.newest()).rejects.toThrow('there is no refresh key: `ensureRefreshKey` makes the first')
    await Promise.all([ensureRefreshKey(database, sealer), ensureRefreshKey(database, sealer)])
    await ensureRefreshKey(database, sealer)
    const events = await audited()
    expect(events).toEqual([expect.objectContaining({ act: 'refresh_key.created', actor: 'system', outcome: 'done' })])
    expect(events[0]?.detail).toEqual({ id: expect.stringMatching(/^[\w-]{6}$/) })
  })

  test('the newest key is known for half a second without asking, and then the one that was made since', async () => {
    const { database, counted, clock, ring, rotate, audited } = await start()
    await ensureRefreshKey(database, sealer)
    const first = await ring.newest()
    expect(counted.reads).toBe(2)
    const id = await rotate()
    expect((await audited()).map(({ actor }) => actor).toSorted()).toEqual(['cli', 'system'])
    clock.moment = 499
    expect(await ring.newest()).toBe(first)
    expect(counted.reads).toBe(2)
    clock.moment = 500
    const second = await ring.newest()
    expect([second.id, counted.reads]).toEqual([id, 4])
    expect(second.key.equals(first.key)).toBe(false)
    expect(second.key.symmetricKeySize).toBe(32)
    expect(await ring.find(first.id)).toBe(first)
    expect(await ring.find(second.id)).toBe(second)
    expect(counted.reads).toBe(4)
  })

  test('the key is of its id, in another process too', async () => {
    const { database, ring } = await start()
    await ensureRefreshKey(database, sealer)
    const { id, key } = await ring.newest()
    const other = createRefreshKeyRing(database, sealer)
    expect((await other.find(id))?.key.equals(key)).toBe(true)
    expect((await createRefreshKeyRing(database, sealer).newest()).id).toBe(id)
    expect(await other.find('AAAAAA')).toBeUndefined()
  })

  test('who asks at the same time asks the database once', async () => {
    const { database, counted, ring } = await start()
    await ensureRefreshKey(database, sealer)
    await Promise.all([ring.newest(), ring.newest(), ring.newest()])
    expect(counted.reads).toBe(2)
  })

  test('a key is sealed for its id alone', async () => {
    const { database, rotate } = await start()
    await ensureRefreshKey(database, sealer)
    await rotate()
    const [one, other] = await selectRefreshKeys(database.read)
    if (one === undefined || other === undefined) throw new Error('there are two')
    expect(sealer.open(one.sealedKey, `refresh_key ${one.id}`)).toHaveLength(32)
    expect(() => sealer.open(one.sealedKey, `refresh_key ${other.id}`)).toThrow()
  })

  test('who names an id that is not in memory waits until the database was asked, with all who do', async () => {
    const { database, counted, ring, rotate } = await start()
    await ensureRefreshKey(database, sealer)
    await ring.newest()
    const id = (await rotate()) ?? expect.fail('it was rotated')
    const found = await Promise.all([ring.find(id), ring.find('AAAAAA'), ring.find(id)])
    expect(found.map((key) => key?.id)).toEqual([id, undefined, id])
    expect(counted.reads).toBe(4)
    const next = (await rotate()) ?? expect.fail('it was rotated')
    expect((await ring.find(next))?.id).toBe(next)
    expect(counted.reads).toBe(6)
  })

  test('for strange ids the database is asked ten times a second at most', async () => {
    const { database, counted, clock, ring } = await start()
    await ensureRefreshKey(database, sealer)
    clock.moment = 5_000
    await ring.newest()
    clock.moment = 5_040
    const begunAt = performance.now()
    await ring.find('AAAAAA')
    // 60 ms are left of 100; timers may be a millisecond early.
    expect(performance.now() - begunAt).toBeGreaterThan(55)
    expect(counted.reads).toBe(4)
  })

  test('a read that has begun may be too early: who names an id then has another one follow', async () => {
    const { database, counted } = await start()
    await ensureRefreshKey(database, sealer)
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const read = hold(
      countStatements(database.read, () => (counted.reads += 1)),
      held,
    )
    const ring = createRefreshKeyRing({ ...database, write: database.write.bind(database), read }, sealer)
    const reading = ring.newest()
    const seeking = ring.find('AAAAAA')
    await sleep(20)
    release()
    await Promise.all([reading, seeking])
    expect(counted.reads).toBe(4)
  })

  test('a read that failed fails who waited for it, and no one later', async () => {
    const { database, counted, ring } = await start()
    await ensureRefreshKey(database, sealer)
    counted.failing = 1
    const reading = ring.newest()
    const seeking = ring.find('AAAAAA')
    await expect(reading).rejects.toThrow('the database is gone')
    expect(await seeking).toBeUndefined()
    counted.failing = counted.reads + 1
    await expect(ring.find('AAAAAA')).rejects.toThrow('the database is gone')
    expect(await ring.find('AAAAAA')).toBeUndefined()
    expect((await ring.newest()).id).toMatch(/^[\w-]{6}$/)
  })

  test('ensuring where there is one writes nothing', async () => {
    const { database } = await start()
    await ensureRefreshKey(database, sealer)
    const closed = { ...database, read: database.read, write: () => Promise.reject(new Error('it wrote')) }
    await ensureRefreshKey(closed, sealer)
  })

  test('of two that rotate at once one makes the key', async () => {
    const { database, rotate } = await start()
    await ensureRefreshKey(database, sealer)
    const same = database.write(async (tx) => {
      const one = await rotateRefreshKey(tx, sealer, 'cli')
      return [one, await rotateRefreshKey(tx, sealer, 'cli')]
    })
    expect(new Set(await same).size).toBe(2)
    expect(await rotate()).toMatch(/^[\w-]{6}$/)
  })
})
