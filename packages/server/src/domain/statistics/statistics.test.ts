import { afterEach, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { migrations } from '../schema/migrations.ts'
import { countLiveSessions } from '../sessions/count-live-sessions.ts'
import { openSession } from '../sessions/open-session.ts'
import { estimateQuantile, findLatencyBound, latencyBounds } from './latency.ts'
import { purgeStatistics } from './purge-statistics.ts'
import { findLiveSessions, readFigures, readSeries } from './read-statistics.ts'
import { STATISTICS_TOPIC, StatisticsCollector } from './statistics-collector.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** The beginning of a day. */
const midnight = 20_000 * DAY_MS

forEachDatabase('statistics', ({ open }) => {
  const running: StatisticsCollector[] = []
  afterEach(async () => {
    for (const collector of running.splice(0)) await collector.stop()
  })

  async function start(): Promise<{
    database: Database
    clock: { now: () => number; moment: number }
    collect: () => StatisticsCollector
    written: () => Promise<void>
  }> {
    const clock = { moment: midnight, now: () => clock.moment }
    const database = await open({ migrations, clock })
    const collect = () => {
      const collector = new StatisticsCollector({
        database,
        clock,
        log: { warn: (details) => expect(details).toBe('') },
      })
      collector.start()
      running.push(collector)
      return collector
    }
    return { database, clock, collect, written: () => database.write((tx) => tx.announce(STATISTICS_TOPIC)) }
  }

  const revokeToken = (database: Database, jti: string) =>
    database.write((tx) => recordRevocations(tx, [{ kind: 'j', identifier: jti, forgetAt: 1 }]))

  test('every instance adds to one table, so that all tell the same; what is stopped loses nothing', async () => {
    const { database, clock, collect, written } = await start()
    const [one, other] = [collect(), collect()]
    for (let count = 0; count < 3; count += 1) one.count('login:succeeded')
    other.count('login:succeeded')
    other.count('login:refused')
    one.count('token:password')
    for (const seconds of [0.0008, 0.004, 0.004, 7]) other.countLatency(seconds)
    const today = { from: midnight, to: midnight + HOUR_MS }
    await written()
    await expect.poll(async () => (await readFigures(database.read, today)).logins.succeeded).toBe(4)
    expect(await readFigures(database.read, today)).toMatchObject({
      logins: { succeeded: 4, refused: 1, throttled: 0 },
      tokens: { password: 1, api_key: 0 },
      refreshes: { rotated: 0 },
      requests: 4,
      p50: 3.75,
      p99: 5000,
    })
    clock.moment += 5 * MINUTE_MS
    one.count('refresh:rotated')
    await one.stop()
    const series = await readSeries(database.read, {
      ...today,
      to: midnight + 10 * MINUTE_MS,
      stepMilliseconds: 5 * MINUTE_MS,
    })
    expect(series.map(({ at, logins, refreshes }) => [at - midnight, logins.succeeded, refreshes.rotated])).toEqual([
      [0, 4, 0],
      [5 * MINUTE_MS, 0, 1],
    ])
  })

  test('hours add up what their minutes did, and outlive them: two days and thirty', async () => {
    const { database, clock, collect } = await start()
    const collector = collect()
    for (const minute of [0, 59, 61]) {
      clock.moment = midnight + minute * MINUTE_MS
      collector.count('token:refresh_token')
      await database.write((tx) => tx.announce(STATISTICS_TOPIC))
      const to = clock.moment + MINUTE_MS
      await expect
        .poll(async () => (await readFigures(database.read, { from: clock.moment, to })).tokens.refresh_token)
        .toBe(1)
    }
    const byHour = () =>
      readSeries(database.read, { from: midnight + 1, to: midnight + 2 * HOUR_MS, stepMilliseconds: HOUR_MS })
    expect((await byHour()).map(({ tokens }) => tokens.refresh_token)).toEqual([2, 1])
    await collector.stop()
    const purgeAt = (moment: number) => {
      clock.moment = moment
      return database.write((tx) => purgeStatistics(tx))
    }
    const all = { from: midnight, to: midnight + 2 * HOUR_MS }
    await purgeAt(midnight + 2 * DAY_MS + 2 * HOUR_MS)
    expect((await readFigures(database.read, all)).tokens.refresh_token).toBe(0)
    expect((await byHour()).map(({ tokens }) => tokens.refresh_token)).toEqual([2, 1])
    await purgeAt(midnight + 30 * DAY_MS + HOUR_MS)
    expect((await byHour()).map(({ tokens }) => tokens.refresh_token)).toEqual([0, 1])
  })

  test('revocations are those that the feed had, whoever wrote them, and sessions are counted by one instance a minute', async () => {
    const { database, clock, collect, written } = await start()
    collect()
    collect()
    await expect.poll(() => findLiveSessions(database.read, clock.now())).toBe(0)
    for (const jti of ['one', 'two']) await revokeToken(database, jti)
    clock.moment += MINUTE_MS
    await openOne(database, clock.moment)
    await written()
    await expect.poll(() => findLiveSessions(database.read, clock.now())).toBe(1)
    await revokeToken(database, 'three')
    const span = { from: midnight, to: midnight + 2 * MINUTE_MS, stepMilliseconds: MINUTE_MS }
    const series = await readSeries(database.read, span)
    expect(series.map(({ revocations, sessions }) => [revocations, sessions])).toEqual([
      [2, 0],
      [1, 1],
    ])
    clock.moment += 10 * MINUTE_MS
    expect(await findLiveSessions(database.read, clock.now() + 1)).toBeUndefined()
  })

  test('live sessions are those that have neither ended nor expired, nor were revoked with everything; however many expire at once', async () => {
    const { database, clock } = await start()
    expect(await countLiveSessions(database.read, clock.now())).toBe(0)
    for (let count = 0; count < 30; count += 1) await openOne(database, clock.now())
    expect(await countLiveSessions(database.read, clock.now(), 7)).toBe(30)
    expect(await countLiveSessions(database.read, clock.now() + 3 * HOUR_MS, 7)).toBe(0)
    clock.moment += 1000
    await database.write((tx) => recordRevocations(tx, [{ kind: 'a', moment: tx.now, forgetAt: 1 }]))
    expect(await countLiveSessions(database.read, clock.now(), 7)).toBe(0)
    clock.moment += 1000
    await openOne(database, clock.now())
    expect(await countLiveSessions(database.read, clock.now(), 7)).toBe(1)
  })

  async function openOne(database: Database, authenticatedAt: number): Promise<void> {
    const opening = { accountId: 'acc_1', clientId: 'cli_1', network: '203.0.113.7', userAgent: undefined }
    const limits = { idleMilliseconds: HOUR_MS, absoluteMilliseconds: HOUR_MS }
    const grant = { audience: 'urn:api', scopes: [], limits, refreshKeyId: undefined }
    await database.write((tx) => openSession(tx, { ...opening, methods: ['pwd'], authenticatedAt }, grant))
  }
})

test.each([
  [[0, 0, 0], 0.5, null],
  [[0, 10], 0.5, 1.75],
  [[0, 10], 0.99, 2.49],
  [[50, 50], 0.5, 1],
])('of latencies %j the quantile %d is %j', (counts, share, expected) => {
  expect(estimateQuantile(counts, share)).toBe(expected)
})

test('every latency has its bound, which it does not exceed', () => {
  expect([0, 1, 1.01, 4999, 60_000].map(findLatencyBound)).toEqual([1, 1, 2.5, 5000, Number.POSITIVE_INFINITY])
  expect(latencyBounds).toEqual(latencyBounds.toSorted((one, other) => one - other))
})
