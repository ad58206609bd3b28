import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { migrations } from '../schema/migrations.ts'
import { admitGuess } from './admit-guess.ts'
import { checkThrottle } from './check-throttle.ts'
import { countFailure } from './record-failure.ts'
import { throttleSubject, userCodeSubject } from './throttle-subject.ts'

const day = 86_400_000

forEachDatabase('guesses', ({ open }) => {
  async function start() {
    const moment = { now: Date.UTC(2026, 0, 1) }
    const database = await open({ migrations, clock: { now: () => moment.now } })
    return { moment, database }
  }

  /** A wrong guess: 0 when it was looked at, or in how many seconds the next one is. */
  async function guess(database: Database, account: string, address: string): Promise<number> {
    return database.write(async (tx) => {
      const subject = userCodeSubject(account, address)
      const admitted = await admitGuess(tx, subject)
      if (!admitted.ok) return admitted.retryAfterSeconds
      await countFailure(tx, subject)
      return 0
    })
  }

  test('RFC 8628 §5.1: in ten minutes 15 guesses of one account from one network are looked at', async () => {
    const { moment, database } = await start()
    let admitted = 0
    for (const end = moment.now + 600_000; moment.now < end; ) {
      const wait = await guess(database, 'acc_1', '203.0.113.7')
      if (wait === 0) admitted += 1
      moment.now += wait * 1000
    }
    expect(admitted).toBe(15)
  })

  test('RFC 8628 §5.1: an account’s guesses are counted over all networks, and a network’s over all accounts', async () => {
    const { database } = await start()
    for (let count = 0; count <= 50; count += 1) expect(await guess(database, 'acc_1', `203.0.113.${count}`)).toBe(0)
    expect(await guess(database, 'acc_1', '198.51.100.1')).toBe(1)
    for (let count = 0; count <= 100; count += 1) expect(await guess(database, `acc_of_${count}`, '192.0.2.1')).toBe(0)
    expect(await guess(database, 'acc_2', '192.0.2.1')).toBe(1)
    expect(await guess(database, 'acc_2', '192.0.2.2')).toBe(0)
  })

  test('a right guess leaves what was counted; a day without a wrong one forgets it; logins are not concerned', async () => {
    const { moment, database } = await start()
    for (let count = 0; count <= 5; count += 1) await guess(database, 'ada', '203.0.113.7')
    moment.now += 1000
    expect(await database.write((tx) => admitGuess(tx, userCodeSubject('ada', '203.0.113.7')))).toEqual({ ok: true })
    expect(await guess(database, 'ada', '203.0.113.7')).toBe(0)
    expect(await guess(database, 'ada', '203.0.113.7')).toBe(2)
    expect(await checkThrottle(database.read, moment.now, throttleSubject('ada', '203.0.113.7'))).toEqual({ ok: true })
    moment.now += day
    for (let count = 0; count <= 5; count += 1) expect(await guess(database, 'ada', '203.0.113.7')).toBe(0)
  })
})
