import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { createRole } from '../roles/create-role.ts'
import { migrations } from '../schema/migrations.ts'
import { type CreatedAccount, createAccount } from './create-account.ts'
import { disableAccount } from './disable-account.ts'
import { enableAccount } from './enable-account.ts'
import { findAccount } from './find-account.ts'
import { findAccountByLoginName } from './find-account-by-login-name.ts'
import { getAccount } from './get-account.ts'
import { parseEmail } from './parse-email.ts'
import { parseUsername } from './parse-username.ts'

const vectors = new URL('../../../../../../shared/vectors/naughty-strings/blns.json', import.meta.url)

function create(database: Database, name: string, address?: string, roles?: string[]): Promise<CreatedAccount> {
  const username = parseUsername(name)
  const email = address === undefined ? undefined : parseEmail(address)
  if (!username.ok || email?.ok === false) throw new Error('a test names its accounts properly')
  const creation = { username: username.username, email: email?.email, roles, actor: 'cli' as const }
  return database.write((tx) => createAccount(tx, creation))
}

async function createdId(database: Database, name: string, address?: string): Promise<string> {
  const created = await create(database, name, address)
  if (!created.ok) throw new Error(created.reason)
  return created.account.id
}

forEachDatabase('accounts', ({ open }) => {
  test('an account is found by its user name or its e-mail address in any case, as it was typed', async () => {
    const database = await open({ migrations, clock: { now: () => 1000 } })
    for (const name of ['writer', 'editor'])
      await database.write((tx) => createRole(tx, { name, description: undefined }, 'cli'))
    const created = await create(database, 'Ada', 'Ada.L@Example.com', ['writer', 'editor', 'writer'])
    const account = {
      id: expect.stringMatching(/^acc_[A-Za-z0-9_-]{22}$/),
      username: 'Ada',
      email: 'Ada.L@Example.com',
      roles: ['editor', 'writer'],
      createdAt: 1000,
      disabledAt: undefined,
    }
    expect(created).toEqual({ ok: true, account })
    for (const login of ['Ada', 'ADA', ' ada ', 'ada.l@example.com', 'ＡＤＡ'])
      expect(await findAccountByLoginName(database.read, login), login).toEqual(account)
    const id = created.ok ? created.account.id : ''
    expect(await getAccount(database.read, id)).toEqual(account)
    expect(await listAuditEvents(database.read, { accountId: id, limit: 9 })).toMatchObject([
      { act: 'account.created', actor: 'cli', outcome: 'done', detail: { roles: ['editor', 'writer'] } },
    ])
  })

  test('any other text finds nobody', async () => {
    const database = await open({ migrations })
    await create(database, 'ada')
    for (const login of ['nobody', '', '\0', '\ud800', 'a'.repeat(100_000), '%', "' OR 1=1 --"])
      expect(await findAccountByLoginName(database.read, login), login.slice(0, 20)).toBeUndefined()
  })

  test('user names and e-mail addresses are one namespace; what is refused leaves nothing behind', async () => {
    const database = await open({ migrations })
    await createdId(database, 'ada', 'ada@example.com')
    expect(await create(database, 'ADA')).toEqual({ ok: false, reason: 'username_taken' })
    expect(await create(database, 'Ada@example.com')).toEqual({ ok: false, reason: 'username_taken' })
    expect(await create(database, 'grace', 'ADA@example.com')).toEqual({ ok: false, reason: 'email_taken' })
    expect(await findAccountByLoginName(database.read, 'grace')).toBeUndefined()
    expect(await listAuditEvents(database.read, { limit: 9 })).toHaveLength(1)
    expect(await create(database, 'grace', 'grace@example.com')).toMatchObject({ ok: true })
    expect(await create(database, 'bob@example.com', 'Bob@example.com')).toMatchObject({ ok: true })
  })

  test('of 20 who want one name at once, one gets it', async () => {
    const database = await open({ migrations })
    const created = await Promise.all(Array.from({ length: 20 }, () => create(database, 'ada')))
    expect(created.filter(({ ok }) => ok)).toHaveLength(1)
  })

  test('an account is disabled and enabled once, and each is audited', async () => {
    const database = await open({ migrations, clock: { now: () => 5000 } })
    const id = await createdId(database, 'ada')
    expect(await database.write((tx) => disableAccount(tx, id, 'cli'))).toEqual({ ok: true })
    expect(await findAccount(database.read, id)).toMatchObject({ disabledAt: 5000 })
    expect(await database.write((tx) => disableAccount(tx, id, 'cli'))).toEqual({
      ok: false,
      reason: 'already_disabled',
    })
    expect(await database.write((tx) => enableAccount(tx, id, 'cli'))).toEqual({ ok: true })
    expect(await findAccount(database.read, id)).toMatchObject({ disabledAt: undefined })
    expect(await database.write((tx) => enableAccount(tx, id, 'cli'))).toEqual({ ok: false, reason: 'already_enabled' })
    const acts = (await listAuditEvents(database.read, { accountId: id, limit: 9 })).map(({ act }) => act)
    expect(acts.sort()).toEqual(['account.created', 'account.disabled', 'account.enabled'])
  })

  test('an account that is not there can be neither disabled nor enabled nor got', async () => {
    const database = await open({ migrations })
    const unknown = { ok: false, reason: 'unknown_account' }
    expect(await database.write((tx) => disableAccount(tx, 'acc_none', 'cli'))).toEqual(unknown)
    expect(await database.write((tx) => enableAccount(tx, 'acc_none', 'cli'))).toEqual(unknown)
    await expect(getAccount(database.read, 'acc_none')).rejects.toThrow('There is no account "acc_none".')
  })

  test.skipIf(!existsSync(vectors))(
    'each naughty string is stored and read back exactly, or refused with a sentence',
    async () => {
      const database = await open({ migrations })
      const strings: string[] = JSON.parse(readFileSync(vectors, 'utf8'))
      const outcomes = { stored: 0, taken: 0, refused: 0 }
      for (const text of strings) {
        const parsed = parseUsername(text)
        if (!parsed.ok) {
          expect(parsed.sentence, text).toMatch(/^[A-Z].*\.$/)
          outcomes.refused += 1
          continue
        }
        const created = await database.write((tx) => createAccount(tx, { username: parsed.username, actor: 'cli' }))
        outcomes[created.ok ? 'stored' : 'taken'] += 1
        if (!created.ok) continue
        const found = await findAccountByLoginName(database.read, text)
        expect(found?.id, text).toBe(created.account.id)
        expect(found?.username, text).toBe(text.normalize('NFC'))
      }
      // Taken: the list has strings twice, and in another case or width. Refused: the empty one, control and format characters, outer blanks.
      expect(outcomes).toEqual({ stored: 463, taken: 17, refused: 35 })
    },
  )
})
