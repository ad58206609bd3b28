import { expect, test } from 'vitest'
import { forEachDatabase } from './database.ts'
import { issuer, ServerProcesses } from './server-processes.ts'
import { SmtpReceiver } from './smtp-receiver.ts'

const MANY = Array.from({ length: 20 }, (_, index) => index)
const password = 'nine amber lanterns'

forEachDatabase('links and codes of mails, at two server processes on one database', ({ createUrl }) => {
  test('of 20 parallel uses one works, and kill -9 between mail and use loses none and gives none twice', async () => {
    await using receiver = await SmtpReceiver.start()
    const settings = { OSTIARY_SMTP_URL: receiver.url, OSTIARY_SIGN_UP: 'open', OSTIARY_EMAIL_LOGIN: 'on' }
    await using servers = await ServerProcesses.start(await createUrl(), 2, settings)
    for (const name of ['grace', 'edith'])
      await servers.run(
        ...['account', 'create', '--username', name, '--email', `${name}@example.com`, '--generate-password'],
      )
    await servers.run('account', 'invite', '--email', 'invited@example.com')
    const asked = {
      recovery: await ask(servers, '/recover', { login: 'grace' }),
      signUp: await ask(servers, '/sign-up', { email: 'new@example.com' }),
      login: await ask(servers, '/login/email', { login: 'edith@example.com' }),
    }
    await receiver.untilCame(4)
    const mailed = Object.fromEntries(receiver.mails.map(({ to: [to = ''], source }) => [to, readMail(source)]))
    await servers.kill()
    await servers.serve()

    // By the code first, where it was asked for; its proof outlives a crash too.
    const entered = await servers.post(0, '/sign-up/code', {
      challenge: asked.signUp,
      code: mailed['new@example.com']?.code ?? '',
    })
    const proof = ((await entered.json()) as { secret: string }).secret
    await servers.kill()
    await servers.serve()

    const uses = (path: string, form: (index: number) => Readonly<Record<string, string>>) => () =>
      Promise.all(MANY.map(async (index) => (await servers.post(index, path, form(index))).status))
    const recovery = uses('/recover/password', () => ({ secret: mailed['grace@example.com']?.secret ?? '', password }))
    const signUp = uses('/sign-up/account', (index) => ({
      secret: index % 2 === 0 ? proof : (mailed['new@example.com']?.secret ?? ''),
      username: `newcomer-${index}`,
      password,
    }))
    const login = uses('/login/email/confirm', () => ({ secret: mailed['edith@example.com']?.secret ?? '' }))
    const invitation = uses('/sign-up/account', () => ({
      secret: mailed['invited@example.com']?.secret ?? '',
      username: 'invited',
      password,
    }))
    // Beyond the line of hashes some are asked to come again: 503 used nothing.
    for (const [use, success] of [
      [recovery, 204],
      [signUp, 201],
      [login, 200],
      [invitation, 201],
    ] as const)
      expect((await use()).filter((status) => status !== 503 && status !== 400)).toEqual([success])
    await servers.kill()
    await servers.serve()
    for (const use of [recovery, signUp, login, invitation])
      expect((await use()).every((status) => status === 400)).toBe(true)
  })
})

async function ask(servers: ServerProcesses, path: string, form: Readonly<Record<string, string>>): Promise<string> {
  const answer = await servers.post(0, path, form)
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { challenge: string }).challenge
}

/** The code and the link of a mail, out of its text. */
function readMail(source: string): { readonly code: string; readonly secret: string } {
  const text = source.replaceAll('=\r\n', '').replaceAll('=3D', '=')
  const [, secret = ''] = new RegExp(`${issuer}[^\\s?]+\\?secret=([\\w.-]+)`).exec(text) ?? []
  const [code = ''] = /\b[B-Z]{4}-[B-Z]{4}\b/.exec(text) ?? []
  return { code, secret }
}
