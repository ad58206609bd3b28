import { afterEach, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { readMails, waitForMail } from '../../../testing/mailbox.ts'
import { SmtpReceiver } from '../../../testing/smtp-receiver.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../../../testing/test-server.ts'
import type { Config } from '../../config.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { leaveMail, type MailToSend } from './leave-mail.ts'
import type { Mail } from './mail.ts'
import { purgeMails } from './purge-mails.ts'

const recipient = 'ada@example.com'
const code: Mail = {
  ...{ kind: 'code', purpose: 'log_in', code: 'BCDF-GHJK', lifetimeMinutes: 10 },
  url: 'https://login.example.com/x?secret=hidden',
}

forEachDatabase('mails', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(config: Partial<Config>, options: TestServerOptions = {}): Promise<TestServer> {
    const databaseUrl = options.databaseUrl ?? (await createUrl())
    const server = await startTestServer({ isClockRunning: true, ...options, databaseUrl, config })
    servers.push(server)
    return server
  }

  async function leave({ running }: TestServer, changed: Partial<MailToSend> = {}): Promise<void> {
    const { database, sealer } = running.installation
    await database.write((tx) => leaveMail(tx, sealer, { recipient, language: 'en', mail: code, ...changed }))
  }

  async function failuresAt({ running }: TestServer) {
    const events = await listAuditEvents(running.installation.database.read, { limit: 100 })
    return events.filter(({ act }) => act === 'mail.failed')
  }

  async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
    for (;;) {
      const found = await look()
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function metricOf(server: TestServer, line: string): Promise<boolean> {
    return (await (await fetch(`${server.issuer}/metrics`)).text()).includes(`\n${line}\n`)
  }

  test('a mail is handed over as soon as it is durable, and is gone from the outbox then', async () => {
    await using receiver = await SmtpReceiver.start()
    const server = await start({ smtpUrl: receiver.url })
    await leave(server, { language: 'de' })
    await receiver.untilCame(1)
    const [mail] = receiver.mails
    expect(mail?.to).toEqual([recipient])
    expect(mail?.source).toMatch(/^Subject: Anmelden bei Ostiary\r$/m)
    expect(mail?.source).toContain('BCDF-GHJK')
    await until(async () => (await readMails(server)).length === 0)
    await until(() => metricOf(server, 'ostiary_mails_total{outcome="sent"} 1'))
    expect(await metricOf(server, 'ostiary_mails_waiting 0')).toBe(true)
    expect(await failuresAt(server)).toEqual([])
  })

  test('a unit that fails leaves no mail', async () => {
    await using receiver = await SmtpReceiver.start()
    const server = await start({ smtpUrl: receiver.url })
    const { database, sealer } = server.running.installation
    const failing = database.write(async (tx) => {
      await leaveMail(tx, sealer, { recipient, language: 'en', mail: code })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await leave(server, { recipient: 'grace@example.com' })
    await receiver.untilCame(1)
    expect(receiver.mails.map(({ to }) => to)).toEqual([['grace@example.com']])
  })

  test('a withheld mail costs a row as any other, is never sent, and is forgotten in the end', async () => {
    await using receiver = await SmtpReceiver.start()
    const server = await start({ smtpUrl: receiver.url })
    await leave(server, { isWithheld: true })
    await leave(server, { recipient: 'grace@example.com' })
    await receiver.untilCame(1)
    expect(receiver.mails.map(({ to }) => to)).toEqual([['grace@example.com']])
    await until(async () => (await readMails(server)).length === 0)
    const { database } = server.running.installation
    const count = () => database.read.withTables<{ mail: { id: string } }>().selectFrom('mail').select('id').execute()
    await until(async () => (await count()).length === 1)
    server.clock.set(server.clock.now() + 13 * 60_000)
    await database.write((tx) => purgeMails(tx, 100))
    expect(await count()).toEqual([])
  })

  test.each([
    ['450 to RCPT', { command: 'RCPT', status: 450 }],
    ['451 to DATA', { command: 'DATA', status: 451 }],
    ['554 to MAIL, which is about the sender', { command: 'MAIL', status: 554 }],
  ] as const)('after %s it is tried again, and arrives once', async (_, refusal) => {
    await using receiver = await SmtpReceiver.start()
    receiver.refusal = refusal
    const server = await start({ smtpUrl: receiver.url })
    await leave(server)
    await until(() => metricOf(server, 'ostiary_mails_total{outcome="postponed"} 1'))
    expect(await metricOf(server, 'ostiary_mails_waiting 1')).toBe(true)
    expect((await fetch(`${server.issuer}/readyz`)).status).toBe(200)
    receiver.refusal = undefined
    server.clock.set(server.clock.now() + 5000)
    await receiver.untilCame(1)
    await until(async () => (await readMails(server)).length === 0)
    expect(receiver.mails).toHaveLength(1)
    expect(await failuresAt(server)).toEqual([])
  })

  test.each(['RCPT', 'DATA'] as const)(
    'after 550 to %s it is given up, and the activity of the account tells it',
    async (command) => {
      await using receiver = await SmtpReceiver.start()
      receiver.refusal = { command, status: 550 }
      const server = await start({ smtpUrl: receiver.url })
      await leave(server, { accountId: 'acc_1' })
      const [failure] = await until(async () => (await failuresAt(server)).length > 0 && failuresAt(server))
      expect(failure).toMatchObject({
        outcome: 'refused',
        accountId: 'acc_1',
        detail: { kind: 'code', outcome: 'refused', attempts: 1 },
      })
      expect(await readMails(server)).toEqual([])
      await until(() => metricOf(server, 'ostiary_mails_total{outcome="refused"} 1'))
    },
  )

  test('a code that has expired is not sent any more', async () => {
    const receiver = await SmtpReceiver.start()
    const server = await start({ smtpUrl: receiver.url })
    await receiver[Symbol.asyncDispose]()
    await leave(server)
    await until(() => metricOf(server, 'ostiary_mails_total{outcome="postponed"} 1'))
    await using back = await SmtpReceiver.start({ port: receiver.port })
    server.clock.set(server.clock.now() + 10 * 60_000)
    await until(() => metricOf(server, 'ostiary_mails_total{outcome="expired"} 1'))
    expect(await failuresAt(server)).toMatchObject([{ detail: { outcome: 'expired' } }])
    expect(back.mails).toEqual([])
  })

  test('nothing is lost when the server stops before it could send: the next one does', async () => {
    const receiver = await SmtpReceiver.start()
    const databaseUrl = await createUrl()
    const secrets = [randomSecret()]
    await receiver[Symbol.asyncDispose]()
    const first = await startTestServer({
      databaseUrl,
      isClockRunning: true,
      config: { secrets, smtpUrl: receiver.url },
    })
    await leave(first)
    await until(() => metricOf(first, 'ostiary_mails_total{outcome="postponed"} 1'))
    await first.stop()
    await using back = await SmtpReceiver.start({ port: receiver.port })
    const next = await start({ secrets, smtpUrl: receiver.url }, { databaseUrl })
    await back.untilCame(1)
    await until(async () => (await readMails(next)).length === 0)
    expect(back.mails).toHaveLength(1)
  })

  test('two instances on one outbox send each mail once', async () => {
    await using receiver = await SmtpReceiver.start()
    const config = { secrets: [randomSecret()], smtpUrl: receiver.url }
    const databaseUrl = await createUrl()
    const one = await start(config, { databaseUrl })
    await start(config, { databaseUrl })
    const recipients = Array.from({ length: 30 }, (_, index) => `person-${index}@example.com`)
    await Promise.all(recipients.map((each) => leave(one, { recipient: each })))
    await receiver.untilCame(30)
    await until(async () => (await readMails(one)).length === 0)
    expect(receiver.mails.flatMap(({ to }) => to).sort()).toEqual(recipients.sort())
  })

  test('the log tells of each mail, and holds no address, no code, no link and no password', async () => {
    await using receiver = await SmtpReceiver.start({ credentials: { user: 'smtp-user', password: 'smtp-password' } })
    const smtpUrl = receiver.url.replace('smtp://', 'smtp://smtp-user:smtp-password@')
    const server = await start({ smtpUrl })
    await leave(server)
    await receiver.untilCame(1)
    receiver.refusal = { command: 'RCPT', status: 550 }
    await leave(server)
    await until(async () => server.logText().includes('given up'))
    receiver.refusal = { command: 'DATA', status: 451 }
    await leave(server)
    await until(async () => server.logText().includes('tried again'))
    expect(server.logText()).toContain('a mail was handed over')
    for (const secret of [recipient, 'ada', 'BCDF', 'hidden', 'smtp-password'])
      expect(server.logText()).not.toContain(secret)
    expect(JSON.stringify(await failuresAt(server))).not.toMatch(/ada@|BCDF|hidden/)
  })

  test('without an SMTP server mails stay until they expire, and one warning says so', async () => {
    const server = await start({})
    await leave(server)
    await leave(server, { recipient: 'grace@example.com' })
    await waitForMail(server, 'grace@example.com')
    await until(async () => server.logText().includes('OSTIARY_SMTP_URL'))
    expect(server.logText().split('OSTIARY_SMTP_URL')).toHaveLength(2)
    expect(await readMails(server)).toHaveLength(2)
  })
})
