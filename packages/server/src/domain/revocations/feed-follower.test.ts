import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { type Clock, systemClock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { advanceSigningKeys } from '../keys/advance-signing-keys.ts'
import { createKeyRing } from '../keys/key-ring.ts'
import { migrations } from '../schema/migrations.ts'
import { beginNewHistory } from './begin-new-history.ts'
import { ensureFeedId } from './ensure-feed-id.ts'
import { FeedFollower } from './feed-follower.ts'
import { replaceFeedId, selectHead } from './feed-store.ts'
import { isTokenRevoked } from './moment-after-revocations.ts'
import { recordRevocations } from './record-revocations.ts'
import { extendChain } from './render-record.ts'

const secret = randomSecret()
const begunAt = 1_790_000_000_000

forEachDatabase('the follower of the feed', ({ open, createUrl }) => {
  interface Followed {
    readonly follower: FeedFollower
    readonly lines: string[]
    readonly moments: number[]
    restarts(): number
    /** Resolves when so many records have been delivered. */
    until(count: number): Promise<void>
  }

  async function follow(database: Database, clock: Clock = systemClock): Promise<Followed> {
    const sealer = createSealer([secret])
    await advanceSigningKeys({ database, sealer, clock: systemClock }, ['ES256'])
    await ensureFeedId(database)
    const keyRing = createKeyRing(database, sealer)
    const log = { warn() {} }
    const follower = new FeedFollower({ issuer: 'https://a.example', database, clock, keyRing, log })
    const lines: string[] = []
    const moments: number[] = []
    const waiting = new Set<() => void>()
    let restarts = 0
    follower.listen({
      deliver({ lines: more, pulse }) {
        lines.push(...more)
        moments.push(pulse.readAt)
        for (const look of waiting) look()
      },
      restart() {
        restarts += 1
      },
    })
    await follower.start()
    onTestFinished(() => follower.stop())
    const until = (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => lines.length >= count && resolve()
        waiting.add(look)
        look()
      })
    return { follower, lines, moments, restarts: () => restarts, until }
  }

  it('a look that is never answered is given up, and the next one finds what came meanwhile', async () => {
    const database = await open({ migrations })
    const sealer = createSealer([secret])
    await advanceSigningKeys({ database, sealer, clock: systemClock }, ['ES256'])
    await ensureFeedId(database)
    let isSilent = false
    const never = new Promise<never>(() => {})
    const silenced: Database = {
      ...database,
      get readUrgently() {
        const { readUrgently: sql } = database
        if (!isSilent) return sql
        return {
          ...sql,
          withTables: () => ({ selectFrom: () => ({ selectAll: () => ({ executeTakeFirstOrThrow: () => never }) }) }),
        } as unknown as typeof sql
      },
    }
    const warnings: string[] = []
    const log = { warn: (_: object, message: string) => warnings.push(message) }
    const keyRing = createKeyRing(database, sealer)
    const deps = { issuer: 'https://a.example', database: silenced, clock: systemClock, keyRing, log }
    const follower = new FeedFollower({ ...deps, lookLimitMilliseconds: 100 })
    await follower.start()
    onTestFinished(() => follower.stop())
    isSilent = true
    // One that had begun before may still be answered.
    await follower.pulse().catch(() => {})
    await expect(follower.pulse()).rejects.toThrow('did not answer in time')
    await revokeSession(database, 'meanwhile')
    isSilent = false
    await expect.poll(() => follower.position.sequence).toBe(1)
    expect(warnings[0]).toBe('the revocation feed cannot be read: guards get no heartbeat')
  })

  const revokeSession = (database: Database, identifier: string, hesitateMilliseconds = 0) =>
    database.write(async (tx) => {
      const sequence = await recordRevocations(tx, [{ kind: 's', identifier, forgetAt: 2_000_000_000 }])
      if (hesitateMilliseconds > 0) await sleep(hesitateMilliseconds)
      return sequence
    })

  it('two writers with interleaved commits, some of which fail: no hole, the order of commits, one chain', async () => {
    const url = await createUrl()
    const [one, other, reader] = [
      await open({ migrations, url }),
      await open({ migrations, url }),
      await open({ migrations, url }),
    ]
    const followed = await follow(reader)
    const committed: number[] = []
    const write = async (database: Database, name: string) => {
      for (let number = 0; number < 40; number++) {
        const fails = number % 5 === 0
        const writing = database.write(async (tx) => {
          const sequence = await recordRevocations(tx, [{ kind: 's', identifier: `${name} ${number}`, forgetAt: 9e9 }])
          if (fails) throw new Error('rolled back')
          return sequence
        })
        const sequence = await writing.catch(() => undefined)
        if (sequence !== undefined) committed.push(sequence)
      }
    }
    await Promise.all([write(one, 'a'), write(other, 'b'), write(one, 'c')])
    await followed.until(96)
    const numbers = followed.lines.map((line) => JSON.parse(line).n)
    expect(numbers).toEqual(Array.from({ length: 96 }, (_, index) => index + 1))
    expect(committed.toSorted((a, b) => a - b)).toEqual(numbers)
    const head = await selectHead(reader.read)
    expect(followed.lines.reduce(extendChain, 'A'.repeat(43))).toBe(head.chain)
    expect(followed.restarts()).toBe(0)
  })

  it('a writer that hesitates before its commit: who comes later waits, and nothing is overtaken', async () => {
    const url = await createUrl()
    const [one, other] = [await open({ migrations, url }), await open({ migrations, url })]
    const followed = await follow(one)
    const slow = revokeSession(one, 'slow', 200)
    await sleep(20)
    const quick = revokeSession(other, 'quick')
    expect((await Promise.all([slow, quick])).toSorted()).toEqual([1, 2])
    await followed.until(2)
    expect(followed.lines.map((line) => JSON.parse(line).n)).toEqual([1, 2])
  })

  it('an answer of a server that was replaced, and is behind, revokes nothing: there is no heartbeat until the right one answers', async () => {
    const [database, replaced] = [await open({ migrations }), await open({ migrations })]
    for (const one of [database, replaced]) await ensureFeedId(one)
    const [head, old] = [await selectHead(database.read), await selectHead(replaced.read)]
    await replaced.write((tx) => replaceFeedId(tx.sql, old.feedId, head.feedId))
    let isReplaced = false
    const mixed: Database = {
      ...database,
      get readUrgently() {
        return isReplaced ? replaced.readUrgently : database.readUrgently
      },
    }
    const { follower, until, restarts } = await follow(mixed)
    await revokeSession(database, 'kept')
    await until(1)
    isReplaced = true
    // One that had begun before may still be answered by the right one.
    await follower.pulse().catch(() => {})
    await expect(follower.pulse()).rejects.toThrow('older history')
    isReplaced = false
    expect((await follower.pulse()).position).toMatchObject({ feedId: head.feedId, sequence: 1 })
    const events = await listAuditEvents(database.read, { limit: 50 })
    expect([restarts(), events.filter(({ act }) => act === 'feed.rewound')]).toEqual([0, []])
  })

  it('several instances at once give the feed one id', async () => {
    const url = await createUrl()
    const databases = [await open({ migrations, url }), await open({ migrations, url })]
    await Promise.all(databases.flatMap((database) => [ensureFeedId(database), ensureFeedId(database)]))
    const ids = await Promise.all(databases.map(async ({ read }) => (await selectHead(read)).feedId))
    expect(ids[0]).toMatch(/^[\w-]{22}$/)
    expect(ids[1]).toBe(ids[0])
  })

  it('callers within one turn share a look; whoever comes later gets one that began after the call', async () => {
    const { follower } = await follow(await open({ migrations }))
    const [first, second] = await Promise.all([follower.pulse(), follower.pulse()])
    expect(second).toBe(first)
    const third = await follower.pulse()
    expect(third.readAt).toBeGreaterThan(first.readAt)
  })

  it('heartbeats of one process never carry the same millisecond', async () => {
    const database = await open({ migrations })
    const { moments, until } = await follow(database)
    for (let number = 0; number < 30; number++) await revokeSession(database, `session ${number}`)
    await until(30)
    expect(new Set(moments).size).toBe(moments.length)
    expect(moments.toSorted((a, b) => a - b)).toEqual(moments)
  })

  it('nor where a millisecond of waiting does not move the clock', async () => {
    let asked = 0
    const clock = { now: () => begunAt + Math.floor(asked++ / 4) }
    const { follower } = await follow(await open({ migrations }), clock)
    const moments = [await follower.pulse(), await follower.pulse(), await follower.pulse()].map(({ readAt }) => readAt)
    expect(new Set(moments).size).toBe(3)
  })

  it('without a database there is no heartbeat', async () => {
    const database = await open({ migrations })
    const { follower } = await follow(database)
    await database.close()
    await expect(follower.pulse()).rejects.toMatchObject({ code: 'closed' })
  })

  it('a history that many find rewound begins anew once', async () => {
    const database = await open({ migrations })
    await ensureFeedId(database)
    const { feedId } = await selectHead(database.read)
    const begin = () => database.write((tx) => beginNewHistory(tx, async (head) => head.feedId === feedId))
    expect((await Promise.all([begin(), begin(), begin()])).filter(Boolean)).toHaveLength(1)
    const events = await listAuditEvents(database.read, { limit: 10 })
    expect(events.map(({ act }) => act)).toEqual(['feed.rewound'])
    expect((await selectHead(database.read)).sequence).toBe(1)
  })

  it('a history that begins anew concerns what another instance issued while it did', async () => {
    const database = await open({ migrations })
    await ensureFeedId(database)
    const begunAt = await database.write(async (tx) => {
      await beginNewHistory(tx, async () => true)
      return tx.now
    })
    const token = { jti: 'beside', clientId: 'cli_app', sessionId: 'revoked, and forgotten', issuedAt: begunAt + 50 }
    expect(await isTokenRevoked(database.read, token)).toBe(true)
  })
})
