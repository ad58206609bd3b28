import { afterEach, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { readMails } from '../../../testing/mailbox.ts'
import { ServerProcesses } from '../../../testing/server-processes.ts'
import { type ReceivedMail, SmtpReceiver } from '../../../testing/smtp-receiver.ts'
import { findFreePort, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { leaveMail, MAIL_TOPIC } from './leave-mail.ts'
import type { Mail } from './mail.ts'

const code: Mail = {
  ...{ kind: 'code', purpose: 'log_in', code: 'BCDF-GHJK', lifetimeMinutes: 10 },
  url: 'https://login.example.com/x?secret=hidden',
}

forEachDatabase('faults on the way of a mail', ({ createUrl, open }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(smtpUrl: string): Promise<TestServer> {
    const server = await startTestServer({ isClockRunning: true, databaseUrl: await createUrl(), config: { smtpUrl } })
    servers.push(server)
    return server
  }

  async function leave({ running }: TestServer, recipient = 'ada@example.com'): Promise<void> {
    const { database, sealer } = running.installation
    await database.write((tx) => leaveMail(tx, sealer, { recipient, language: 'en', mail: code }))
  }

  async function pass({ clock, running }: TestServer, milliseconds: number): Promise<void> {
    clock.set(clock.now() + milliseconds)
    await running.installation.database.write((tx) => tx.announce(MAIL_TOPIC))
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  /** Has the next mail come whole and stay unanswered. */
  function hang(receiver: SmtpReceiver): Promise<ReceivedMail> {
    const { promise, resolve } = Promise.withResolvers<ReceivedMail>()
    receiver.beforeAnswer = async (mail) => {
      resolve(mail)
      receiver.beforeAnswer = async () => {}
      await new Promise(() => {})
    }
    return promise
  }

  function messageIdOf({ source }: ReceivedMail): string | undefined {
    return /^Message-ID: (\S+)\r$/im.exec(source)?.[1]
  }

  test('RFC 5321 §6.1: a server that dies between the mail and its answer gets it again, with the same Message-ID', async () => {
    const receiver = await SmtpReceiver.start()
    const unanswered = hang(receiver)
    const server = await start(receiver.url)
    await leave(server)
    const first = await unanswered
    await receiver[Symbol.asyncDispose]()
    await using back = await SmtpReceiver.start({ port: receiver.port })
    await until(async () => server.logText().includes('tried again'))
    await pass(server, 3000)
    await back.untilCame(1)
    expect(messageIdOf(first)).toMatch(/^<[\w-]+@/)
    expect(back.mails.map(messageIdOf)).toEqual([messageIdOf(first)])
    await until(async () => (await readMails(server)).length === 0)
  })

  test('a server that hangs over one mail does not hold up the others, and gets no second copy meanwhile', async () => {
    await using receiver = await SmtpReceiver.start()
    const unanswered = hang(receiver)
    const server = await start(receiver.url)
    await leave(server)
    await unanswered
    const others = Array.from({ length: 8 }, (_, index) => `person-${index}@example.com`)
    for (const recipient of others) await leave(server, recipient)
    await receiver.untilCame(others.length)
    expect(receiver.mails.flatMap(({ to }) => to).sort()).toEqual(others)
    await until(async () => (await readMails(server)).length === 1)
    expect((await readMails(server)).map(({ recipient }) => recipient)).toEqual(['ada@example.com'])
  })

  test('a mail that nobody takes is tried a few times, given up when its code has expired, and shown in the log', async () => {
    const server = await start(`smtp://127.0.0.1:${await findFreePort()}`)
    await leave(server)
    const { read } = server.running.installation.database
    const list = () => listAuditEvents(read, { act: 'mail.failed', limit: 10 })
    await until(async () => {
      await pass(server, 15_000)
      return (await list()).length > 0
    })
    const [failure] = await list()
    expect(failure).toMatchObject({ outcome: 'refused', detail: { kind: 'code', outcome: 'expired' } })
    const attempts = Number(failure?.detail.attempts)
    expect(attempts).toBeGreaterThan(3)
    expect(attempts).toBeLessThan(10)
    expect(await readMails(server)).toEqual([])
    expect(server.logText()).toContain('a mail is given up: expired')
    await pass(server, 3_600_000)
    expect(await list()).toHaveLength(1)
  })

  test('kill -9 of two servers in the middle of an attempt: the mail comes again, once more and no oftener', async () => {
    await using receiver = await SmtpReceiver.start()
    const databaseUrl = await createUrl()
    const settings = { OSTIARY_SMTP_URL: receiver.url }
    await using processes = await ServerProcesses.start(databaseUrl, 2, settings)
    await processes.run(
      'account',
      'create',
      '--username',
      'grace',
      '--email',
      'grace@example.com',
      '--generate-password',
    )
    const unanswered = hang(receiver)
    expect((await processes.post(0, '/recover', { login: 'grace' })).status).toBe(202)
    const first = await unanswered
    await processes.kill()
    const database = await open({ migrations, url: databaseUrl })
    // What holds it ends by itself within a minute; here it has ended.
    type Tables = { mail: { next_attempt_at: number | null } }
    await database.write((tx) =>
      tx.sql
        .withTables<Tables>()
        .updateTable('mail')
        .set({ next_attempt_at: 0 })
        .where('next_attempt_at', 'is not', null)
        .execute(),
    )
    await database.close()
    await processes.serve()
    await receiver.untilCame(1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(receiver.mails.map(({ to }) => to)).toEqual([['grace@example.com']])
    expect(receiver.mails.map(messageIdOf)).toEqual([messageIdOf(first)])
  })
})
