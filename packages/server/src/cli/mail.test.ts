import { afterEach, describe, expect, test } from 'vitest'
import { CliFolder } from '../../testing/run-cli.ts'
import { SmtpReceiver } from '../../testing/smtp-receiver.ts'
import { findFreePort } from '../../testing/test-server.ts'

describe('ostiary mail test', () => {
  const folders: CliFolder[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) folder[Symbol.dispose]()
  })

  async function run(smtpUrl: string | undefined, ...words: string[]) {
    const folder = new CliFolder({ ...(smtpUrl && { OSTIARY_SMTP_URL: smtpUrl }) })
    folders.push(folder)
    const { exitCode, stdout, stderr } = await folder.run(['mail', 'test', '--json', ...words])
    return { exitCode, told: JSON.parse(stdout || stderr), all: stdout + stderr }
  }

  test('sends one mail in the language that is asked for, and shows the answer', async () => {
    await using receiver = await SmtpReceiver.start()
    const { exitCode, told } = await run(receiver.url, '--to', 'ada@example.com', '--language', 'de')
    expect(exitCode).toBe(0)
    expect(told).toMatchObject({ to: 'ada@example.com', host: '127.0.0.1', answer: expect.stringMatching(/^250 /) })
    expect(receiver.mails.map(({ to }) => to)).toEqual([['ada@example.com']])
    expect(receiver.mails[0]?.source).toMatch(/^Subject: E-Mails von Ostiary kommen an\r$/m)
  })

  test('says what the server answers, and not the password', async () => {
    await using receiver = await SmtpReceiver.start()
    receiver.refusal = { command: 'RCPT', status: 550 }
    const { exitCode, told } = await run(receiver.url, '--to', 'ada@example.com')
    expect([exitCode, told.error.code]).toEqual([1, 'mail_refused'])
    expect(told.error.message).toContain('550')
    const nobody = `smtp://ada:hidden@127.0.0.1:${await findFreePort()}`
    const unreachable = await run(nobody, '--to', 'ada@example.com')
    expect([unreachable.exitCode, unreachable.told.error.code]).toEqual([1, 'mail_postponed'])
    expect(unreachable.told.error.message).toContain('ECONNREFUSED')
    expect(unreachable.all).not.toContain('hidden')
  })

  test('without a server, or without an address, it is one sentence', async () => {
    expect(await run(undefined, '--to', 'ada@example.com')).toMatchObject({
      exitCode: 1,
      told: { error: { code: 'no_smtp_server', message: expect.stringContaining('OSTIARY_SMTP_URL') } },
    })
    expect(await run('smtp://127.0.0.1:1', '--to', 'ada@example.com\r\nBcc: eve@example.com')).toMatchObject({
      exitCode: 2,
      told: { error: { code: 'invalid_option' } },
    })
  })
})
