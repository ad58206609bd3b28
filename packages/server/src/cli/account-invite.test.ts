import { afterEach, expect, it } from 'vitest'
import { CliFolder } from '../../testing/run-cli.ts'
import { randomSecret } from '../platform/random/random.ts'

const folders: CliFolder[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]()
})

it('ostiary account invite: a mail or a link, for an address without an account, with roles that are declared', async () => {
  const folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
  folders.push(folder)
  await folder.run(['account', 'create', '--username', 'bob', '--email', 'bob@example.com', '--generate-password'])
  const invite = (...options: string[]) => folder.run(['account', 'invite', '--json', ...options])
  const mailed = await invite('--email', 'ada@example.com', '--role', 'admin', '--language', 'de')
  expect(JSON.parse(mailed.stdout)).toEqual({ email: 'ada@example.com', mailed: true })
  const printed = await invite('--email', 'ada@example.com', '--print-link')
  expect(JSON.parse(printed.stdout)).toEqual({
    ...{ email: 'ada@example.com', mailed: false },
    link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:4000\/sign-up\/account\?secret=[\w-]{22}\.[\w-]{43}$/),
  })
  for (const [options, code] of [
    [['--email', 'ada'], 'invalid_option'],
    [['--email', 'BOB@example.com'], 'email_taken'],
    [['--email', 'ada@example.com', '--role', 'nobody'], 'unknown_role'],
  ] as const) {
    const refused = await invite(...options)
    expect(JSON.parse(refused.stderr || refused.stdout)).toMatchObject({ error: { code } })
  }
  folder.environment.OSTIARY_SIGN_UP = 'closed'
  const closed = await invite('--email', 'ada@example.com')
  expect(closed.exitCode).toBe(1)
})
