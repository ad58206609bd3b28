import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { admitMail } from './admit-mail.ts'
import { leaveMail } from './leave-mail.ts'
import { listMails } from './list-mails.ts'
import type { Mail } from './mail.ts'
import { purgeMailBudgets } from './purge-mails.ts'

const hour = 3_600_000

forEachDatabase('mails to one address', ({ open, createUrl }) => {
  async function start(url?: string) {
    const moment = { now: Date.UTC(2026, 0, 1) }
    const databaseUrl = url ?? (await createUrl())
    const database = await open({ migrations, clock: { now: () => moment.now }, url: databaseUrl })
    return { moment, database, databaseUrl }
  }

  function ask(database: Database, recipient: string, network: string | undefined = undefined): Promise<boolean> {
    return database.write((tx) => admitMail(tx, { recipient, network, isRecovery: false }))
  }

  test('a flood from many networks is no more than 6 within an hour and 17 within a day', async () => {
    const { moment, database } = await start()
    const admitted: number[] = []
    const end = moment.now + 48 * hour
    for (let count = 0; moment.now < end; count += 1, moment.now += 5 * 60_000)
      if (await ask(database, 'ada@example.com', `198.51.100.${count % 250}`)) admitted.push(moment.now)
    const most = (span: number) =>
      Math.max(...admitted.map((from) => admitted.filter((at) => at >= from && at < from + span).length))
    expect([most(hour), most(24 * hour)]).toEqual([6, 17])
  })

  test('what a clock spent that was ahead for a while is not waited for', async () => {
    const { moment, database } = await start()
    moment.now += 24 * 365 * hour
    for (let count = 0; count < 6; count += 1) expect(await ask(database, 'ada@example.com', '203.0.113.7')).toBe(true)
    moment.now -= 24 * 365 * hour
    for (let count = 0; count < 6; count += 1) expect(await ask(database, 'ada@example.com', '203.0.113.7')).toBe(true)
    expect(await ask(database, 'ada@example.com', '203.0.113.7')).toBe(false)
  })

  test('spellings of one address share what it gets, other addresses have their own', async () => {
    const { database } = await start()
    const spellings = ['ada@example.com', 'ADA@example.com', 'Ada@EXAMPLE.com', 'ａda@example.com']
    const admitted = []
    for (let count = 0; count < 2; count += 1) admitted.push(await ask(database, 'ada@example.com'))
    for (const spelling of spellings) admitted.push(await ask(database, spelling))
    expect(admitted).toEqual([true, true, true, true, true, true])
    expect(await ask(database, 'ada@example.com')).toBe(false)
    expect(await ask(database, 'grace@example.com')).toBe(true)
  })

  test('recovery has a budget of its own: a flood of other mails keeps nobody out', async () => {
    const { database } = await start()
    const admit = (isRecovery: boolean) =>
      database.write((tx) => admitMail(tx, { recipient: 'ada@example.com', network: undefined, isRecovery }))
    const admitted = []
    for (const isRecovery of [false, true])
      for (let count = 0; count < 7; count += 1) admitted.push(await admit(isRecovery))
    const six = Array.from({ length: 6 }, () => true)
    expect(admitted).toEqual([...six, false, ...six, false])
  })

  test('one network gets 50 at once and one a minute, and what it asks for beyond that spends nothing of an address', async () => {
    const { moment, database } = await start()
    for (let count = 0; count < 50; count += 1)
      expect(await ask(database, `person-${count}@example.com`, '203.0.113.7')).toBe(true)
    for (let count = 0; count < 10; count += 1)
      expect(await ask(database, 'ada@example.com', '203.0.113.7')).toBe(false)
    for (let count = 0; count < 6; count += 1) expect(await ask(database, 'ada@example.com', '203.0.113.8')).toBe(true)
    moment.now += 60_000
    expect(await ask(database, 'grace@example.com', '203.0.113.7')).toBe(true)
    expect(await ask(database, 'alan@example.com', '203.0.113.7')).toBe(false)
  })

  test('of 20 at once, at two instances, 6 are let', async () => {
    const { database, databaseUrl } = await start()
    const other = await start(databaseUrl)
    const asked = Array.from({ length: 20 }, (_, index) =>
      ask(index % 2 === 0 ? database : other.database, 'ada@example.com'),
    )
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(6)
  })

  test('what is beyond is withheld with the same rows, also for addresses that are nobody’s, and codes alone are counted', async () => {
    const { moment, database } = await start()
    const sealer = createSealer([randomSecret()])
    const code: Mail = {
      kind: 'code',
      purpose: 'recover',
      code: 'BCDF-GHJK',
      url: 'https://x.example/',
      lifetimeMinutes: 10,
    }
    const leave = (recipient: string, mail: Mail, isWithheld = false) =>
      database.write((tx) =>
        leaveMail(tx, sealer, { recipient, language: 'en', mail, isWithheld, network: '203.0.113.7' }),
      )
    const exists = { notice: 'account_exists', username: 'ada', userAgent: undefined, network: '203.0.113.7' } as const
    for (let count = 0; count < 8; count += 1) {
      await leave('grace@example.com', { kind: 'notice', ...exists, at: moment.now, lockUrl: undefined })
      await leave('ada@example.com', code)
      await leave('nobody@example.com', code, true)
    }
    const recipients = (await listMails(database.read, sealer)).map(({ recipient }) => recipient)
    const six = (recipient: string) => Array.from({ length: 6 }, () => recipient)
    expect(recipients.sort()).toEqual([...six('ada@example.com'), ...six('grace@example.com')])
    const throttled = await listAuditEvents(database.read, { act: 'mail.throttled', limit: 100 })
    expect(throttled).toHaveLength(6)
    expect(JSON.stringify(throttled)).not.toContain('example.com')
    const rows = await database.read.withTables<{ mail: { id: string } }>().selectFrom('mail').select('id').execute()
    expect(rows).toHaveLength(24)
    await leave('ada@example.com', {
      kind: 'invitation',
      url: 'https://x.example/',
      organization: undefined,
      lifetimeDays: 7,
    })
    expect(await listMails(database.read, sealer)).toHaveLength(13)
    moment.now += 48 * hour
    await database.write((tx) => purgeMailBudgets(tx, 100))
    const budgets = database.read.withTables<{ mail_budget: { key: string } }>().selectFrom('mail_budget').select('key')
    expect(await budgets.execute()).toEqual([])
  })
})
