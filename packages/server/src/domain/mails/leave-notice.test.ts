import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { createAccount } from '../accounts/create-account.ts'
import { parseEmail } from '../accounts/parse-email.ts'
import { parseUsername } from '../accounts/parse-username.ts'
import { updateProfile } from '../profiles/update-profile.ts'
import { migrations } from '../schema/migrations.ts'
import { leaveNotice } from './leave-notice.ts'
import { listMails } from './list-mails.ts'

const from = { network: '203.0.113.7', userAgent: undefined }

forEachDatabase('a notice', ({ open }) => {
  test.each<[locale: string | undefined, browser: Language, mail: Language]>([
    [undefined, 'ar', 'ar'],
    ['de-AT', 'ar', 'de'],
    ['fr', 'ar', 'ar'],
    ['en', 'de', 'en'],
  ])(
    'to a person whose profile says %s, about what a browser in %s did, is in %s',
    async (locale, language, expected) => {
      const database = await open({ migrations, clock: { now: () => Date.UTC(2026, 0, 1) } })
      const sealer = createSealer([randomSecret()])
      const [username, email] = [parseUsername('ada'), parseEmail('ada@example.com')]
      if (!username.ok || !email.ok) throw new Error('They are no names.')
      await database.write(async (tx) => {
        const described = { username: username.username, email: email.email, actor: 'cli' } as const
        const created = await createAccount(tx, described)
        if (!created.ok) throw new Error(created.reason)
        const { account } = created
        if (locale !== undefined) await updateProfile(tx, account, { locale }, 'cli')
        const told = { accountId: account.id, notice: 'passkey_added', language, ...from } as const
        await leaveNotice(tx, { sealer, lockUrl: 'https://login.example.com/account-lock' }, told)
      })
      expect(await listMails(database.read, sealer)).toMatchObject([
        { language: expected, recipient: 'ada@example.com' },
      ])
    },
  )
})
