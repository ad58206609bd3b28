import { expect, test } from 'vitest'
import { forEachDatabase } from './database.ts'
import { issuer, ServerProcesses } from './server-processes.ts'
import { SmtpReceiver } from './smtp-receiver.ts'

const MANY = Array.from({ length: 20 }, (_, index) => index)

forEachDatabase(
  'the link of an invitation to an organization, at two server processes on one database',
  ({ createUrl }) => {
    test('kill -9 after the mail loses nothing; of 20 parallel acceptances one succeeds, and none after a kill -9', async () => {
      await using receiver = await SmtpReceiver.start()
      await using servers = await ServerProcesses.start(await createUrl(), 2, { OSTIARY_SMTP_URL: receiver.url })
      await servers.run('organization', 'create', '--name', 'Blue Door')
      const invite = ['organization', 'invite', '--organization', 'blue-door']
      await servers.run(...invite, '--email', 'ada@example.com', '--role', 'owner')
      await receiver.untilCame(1)
      const text = (receiver.mails[0]?.source ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
      const [, secret = ''] = new RegExp(`${issuer}/invitation\\?secret=([\\w-]+)`).exec(text) ?? []
      await servers.kill()
      await servers.serve()

      const cookie = await servers.signIn()
      const page = await (await servers.browse(1, `/invitation?secret=${secret}`, cookie)).text()
      const [, account = ''] = /name="account" value="([^"]+)"/.exec(page) ?? []
      const accept = () =>
        Promise.all(
          MANY.map(async (index) => {
            const form = { secret, account, answer: 'accept' }
            return (await servers.browse(index, '/invitation', cookie, form)).status
          }),
        )
      const answers = await accept()
      expect([
        answers.filter((status) => status === 303).length,
        answers.filter((status) => status === 404).length,
      ]).toEqual([1, 19])
      await servers.kill()
      await servers.serve()
      expect(await accept()).toEqual(MANY.map(() => 404))
      const list = await servers.run('organization', 'member', 'list', '--organization', 'blue-door')
      expect(list.members).toMatchObject([{ username: 'ada', roles: ['owner'], invited_as: 'ada@example.com' }])
    })
  },
)
