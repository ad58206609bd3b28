import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { migrations } from '../schema/migrations.ts'
import { admitSuccess } from './admit-success.ts'
import { checkThrottle, type ThrottleVerdict } from './check-throttle.ts'
import { purgeThrottle } from './purge-throttle.ts'
import { countFailure, recordFailure } from './record-failure.ts'
import { type ThrottleSubject, throttleSubject } from './throttle-subject.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A clock that a test sets. */
function settableClock(): { now: () => number; at: number } {
  const clock = { at: 1_700_000_000_000, now: () => clock.at }
  return clock
}

type SettableClock = ReturnType<typeof settableClock>

async function fail(database: Database, subject: ThrottleSubject, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await database.write((tx) => countFailure(tx, subject))
}

function check(database: Database, clock: SettableClock, subject: ThrottleSubject): Promise<ThrottleVerdict> {
  return checkThrottle(database.read, clock.at, subject)
}

function admit(database: Database, subject: ThrottleSubject): Promise<ThrottleVerdict> {
  return database.write((tx) => admitSuccess(tx, subject))
}

function refused(retryAfterSeconds: number): ThrottleVerdict {
  return { ok: false, retryAfterSeconds }
}

const admitted: ThrottleVerdict = { ok: true }
const ada = throttleSubject('ada', '203.0.113.7')

forEachDatabase('throttle', ({ open, createUrl, dialect }) => {
  test('a pair of name and network fails five times for nothing, then waits 1 s, doubling up to 15 minutes', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await fail(database, ada, 5)
    expect(await check(database, clock, ada)).toEqual(admitted)
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]) {
      await fail(database, ada, 1)
      expect(await check(database, clock, ada)).toEqual(refused(seconds))
      clock.at += seconds * 1000 - 1
      expect(await check(database, clock, ada)).toEqual(refused(1))
      clock.at += 1
      expect(await check(database, clock, ada)).toEqual(admitted)
    }
  })

  test.each([
    ['an hour', hour, { failures: 8, waits: 8 }],
    ['a month', 30 * day, { failures: 20, waits: 900 }],
  ])(
    'a clock that was %s ahead keeps nobody waiting for so long: the next failure counts from now',
    async (_, ahead, { failures, waits }) => {
      const clock = settableClock()
      const database = await open({ migrations, clock })
      clock.at += ahead
      await fail(database, ada, failures)
      clock.at -= ahead
      expect(await check(database, clock, ada)).toEqual(admitted)
      await fail(database, ada, 1)
      expect(await check(database, clock, ada)).toEqual(refused(waits))
    },
  )

  test('a name fails fifty times from anywhere, then everybody waits who is not known', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    const known = throttleSubject('ada', '198.51.100.1')
    expect(await admit(database, known)).toEqual(admitted)
    for (let network = 0; network < 50; network++)
      await fail(database, throttleSubject('ada', `203.0.113.${network}`), 1)
    const stranger = throttleSubject('ada', '192.0.2.1')
    expect(await check(database, clock, stranger)).toEqual(admitted)
    await fail(database, throttleSubject('ada', '203.0.113.50'), 1)
    expect(await check(database, clock, stranger)).toEqual(refused(1))
    await fail(database, throttleSubject('ada', '203.0.113.51'), 60)
    expect(await check(database, clock, stranger)).toEqual(refused(900))
    expect(await check(database, clock, throttleSubject('grace', '192.0.2.1'))).toEqual(admitted)
    // Strangers can't lock her out of where she has logged in before.
    expect(await check(database, clock, known)).toEqual(admitted)
    expect(await admit(database, known)).toEqual(admitted)
  })

  test('a network fails a hundred times as anybody, then waits, except for whom it is known to', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    const known = throttleSubject('grace', '203.0.113.9')
    await admit(database, known)
    for (let name = 0; name < 100; name++) await fail(database, throttleSubject(`name ${name}`, '203.0.113.9'), 1)
    const newcomer = throttleSubject('newcomer', '203.0.113.9')
    expect(await check(database, clock, newcomer)).toEqual(admitted)
    await fail(database, throttleSubject('one more', '203.0.113.9'), 1)
    expect(await check(database, clock, newcomer)).toEqual(refused(1))
    expect(await check(database, clock, throttleSubject('newcomer', '203.0.113.10'))).toEqual(admitted)
    expect(await check(database, clock, known)).toEqual(admitted)
  })

  test('who is known answers for its own failures all the same', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await admit(database, ada)
    await fail(database, ada, 6)
    expect(await check(database, clock, ada)).toEqual(refused(1))
  })

  test('a network is known for 30 days after a login', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await admit(database, ada)
    clock.at += 20 * day
    await admit(database, ada)
    clock.at += 30 * day - 1
    await fail(database, throttleSubject('ada', '192.0.2.1'), 60)
    expect(await check(database, clock, ada)).toEqual(admitted)
    clock.at += 1
    expect(await check(database, clock, ada)).toMatchObject({ ok: false })
  })

  test('of wrong guesses at once those that come too late count nothing, and are told what the right one would be', async () => {
    const database = await open({ migrations, clock: settableClock() })
    const record = () => database.write((tx) => recordFailure(tx, ada))
    const outcomes = []
    for (let guess = 0; guess < 10; guess++) outcomes.push(await record())
    expect(outcomes.slice(0, 6)).toEqual(new Array(6).fill({ isCounted: true, verdict: admitted }))
    expect(outcomes.slice(6)).toEqual(new Array(4).fill({ isCounted: false, verdict: refused(1) }))
    expect(await admit(database, ada)).toEqual(refused(1))
  })

  test('a wrong guess from a known network is told what a stranger is told, and counts all the same', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await admit(database, ada)
    for (let name = 0; name < 101; name++) await fail(database, throttleSubject(`name ${name}`, '203.0.113.7'), 1)
    const stranger = throttleSubject('nobody', '203.0.113.7')
    expect(await check(database, clock, stranger)).toEqual(refused(1))
    const record = () => database.write((tx) => recordFailure(tx, ada))
    for (let guess = 0; guess < 6; guess++)
      expect(await record()).toMatchObject({ isCounted: true, verdict: { ok: false } })
    expect(await record()).toMatchObject({ isCounted: false, verdict: { ok: false } })
  })

  test('all addresses of one IPv6 /64 are one network', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    for (let host = 1; host <= 6; host++) await fail(database, throttleSubject('ada', `2001:db8:1:2::${host}`), 1)
    expect(await check(database, clock, throttleSubject('ada', '2001:db8:1:2:ffff::1'))).toEqual(refused(1))
    expect(await check(database, clock, throttleSubject('ada', '2001:db8:1:3::1'))).toEqual(admitted)
  })

  test('a success forgets the failures of the name and the pair, not those of the network', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await fail(database, ada, 5)
    expect(await admit(database, ada)).toEqual(admitted)
    await fail(database, ada, 5)
    expect(await check(database, clock, ada)).toEqual(admitted)
    const newcomer = throttleSubject('newcomer', '203.0.113.7')
    await fail(database, throttleSubject('grace', '203.0.113.7'), 90)
    expect(await check(database, clock, newcomer)).toEqual(admitted)
    await fail(database, throttleSubject('grace', '203.0.113.7'), 1)
    expect(await check(database, clock, newcomer)).toEqual(refused(1))
  })

  test('the right password gains nothing while its pair waits, and its refusal writes nothing', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await fail(database, ada, 8)
    expect(await admit(database, ada)).toEqual(refused(4))
    expect(await check(database, clock, ada)).toEqual(refused(4))
    clock.at += 4000
    expect(await admit(database, ada)).toEqual(admitted)
    await fail(database, ada, 6)
    expect(await check(database, clock, ada)).toEqual(refused(1))
  })

  test('a success waits for failures that are being counted, and then sees them', async () => {
    const database = await open({ migrations, clock: settableClock() })
    await fail(database, ada, 5)
    const { promise: counted, resolve: tellCounted } = Promise.withResolvers<void>()
    const counting = database.write(async (tx) => {
      await recordFailure(tx, ada)
      tellCounted()
      // Long enough for a success that does not wait to overtake the commit.
      await new Promise((resolve) => setTimeout(resolve, 200))
    })
    await counted
    const [verdict] = await Promise.all([admit(database, ada), counting])
    expect(verdict).toEqual(refused(1))
  })

  test('failures are forgotten after a quiet day, those of a network after a quiet hour', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await fail(database, ada, 101)
    const newcomer = throttleSubject('newcomer', '203.0.113.7')
    clock.at += hour - 1
    await fail(database, throttleSubject('grace', '203.0.113.7'), 1)
    expect(await check(database, clock, newcomer)).toEqual(refused(2))
    clock.at += hour
    expect(await check(database, clock, newcomer)).toEqual(admitted)
    await fail(database, ada, 1)
    expect(await check(database, clock, newcomer)).toEqual(admitted)
    expect(await check(database, clock, ada)).toEqual(refused(900))
    clock.at += day
    await fail(database, ada, 5)
    expect(await check(database, clock, ada)).toEqual(admitted)
    await fail(database, ada, 1)
    expect(await check(database, clock, ada)).toEqual(refused(1))
  })

  test('the purge deletes what counts no longer and nothing else', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    await fail(database, ada, 8)
    clock.at += hour
    expect(await database.write((tx) => purgeThrottle(tx, 100))).toBe(1)
    clock.at += day - hour - 1
    expect(await database.write((tx) => purgeThrottle(tx, 100))).toBe(0)
    clock.at += 1
    expect(await database.write((tx) => purgeThrottle(tx, 100))).toBe(2)
    expect(await check(database, clock, ada)).toEqual(admitted)
  })

  test('of 100 failures at once each is counted', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    const grace = throttleSubject('grace', '203.0.113.7')
    await Promise.all(Array.from({ length: 99 }, (_, index) => fail(database, index % 2 ? ada : grace, 1)))
    const newcomer = throttleSubject('newcomer', '203.0.113.7')
    await fail(database, ada, 1)
    expect(await check(database, clock, newcomer)).toEqual(admitted)
    await fail(database, ada, 1)
    expect(await check(database, clock, newcomer)).toEqual(refused(1))
  })

  test('failures and successes of one name at once neither fail nor block each other for good', async () => {
    const clock = settableClock()
    const database = await open({ migrations, clock })
    const acts = Array.from({ length: 60 }, (_, index) => {
      const subject = throttleSubject(index % 3 ? 'ada' : 'grace', `203.0.113.${index % 4}`)
      return index % 2 ? fail(database, subject, 1) : admit(database, subject)
    })
    const outcomes = await Promise.allSettled(acts)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })

  test('50 right logins at once, of one name from one network, are all admitted', async () => {
    const database = await open({ migrations, clock: settableClock() })
    await fail(database, ada, 3)
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => admit(database, ada)))
    expect(verdicts).toEqual(verdicts.map(() => admitted))
  })

  test('failures outlive the process', async () => {
    const clock = settableClock()
    const url = await createUrl()
    const before = await open({ migrations, clock, url })
    await fail(before, ada, 6)
    await before.close()
    const after = await open({ migrations, clock, url })
    expect(await check(after, clock, ada)).toEqual(refused(1))
  })

  test.skipIf(dialect === 'sqlite')('two instances on one database count together', async () => {
    const clock = settableClock()
    const url = await createUrl()
    const one = await open({ migrations, clock, url })
    const other = await open({ migrations, clock, url })
    await Promise.all([fail(one, ada, 3), fail(other, ada, 3)])
    expect(await check(one, clock, ada)).toEqual(refused(1))
    expect(await check(other, clock, ada)).toEqual(refused(1))
  })
})
