import { afterAll, beforeAll, expect, test } from 'vitest'
import { findAccountByLoginName } from '../../../packages/server/src/domain/accounts/find-account-by-login-name.ts'
import { waitForMail } from '../../../packages/server/testing/mailbox.ts'
import { Visitor } from '../../../packages/server/testing/visitor.ts'
import { ConsoleScene, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

let scene: ConsoleScene
let mailing: ConsoleScene
beforeAll(async () => {
  scene = await ConsoleScene.start()
  mailing = await ConsoleScene.start({ showsOutbox: true })
})
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]()
  await mailing?.[Symbol.asyncDispose]()
})

test('where no mail is sent, who is invited gets a link by hand, shown once, which opens an account with the role', async () => {
  const page = await scene.openSignedIn('/accounts', { viewport: phone })
  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail address').fill('ada@example.com')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByRole('alert').getByText('another account’s').waitFor()
  expect(await dialog.getByLabel('E-mail address').inputValue()).toBe('ada@example.com')
  await dialog.getByLabel('E-mail address').fill('grace@example.com')
  await dialog.getByLabel('Role').selectOption('admin')
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByText('grace@example.com is invited').waitFor()
  const link = (await dialog.locator('.mono').textContent()) ?? ''
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await dialog.getByRole('button', { name: 'I have it' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain(link)
  const visitor = new Visitor(scene.server.issuer)
  await visitor.submit(await visitor.get(link), { username: 'grace', password: 'nine amber lanterns' })
  const { read } = scene.server.running.installation.database
  expect(await findAccountByLoginName(read, 'grace')).toMatchObject({ roles: ['admin'], emailVerifiedAt: undefined })
  await page.context().close()
})

test('where mails go, one goes to who is invited, and no link is shown', async () => {
  const page = await mailing.openSignedIn('/accounts')
  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail address').fill('grace@example.com')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await page.getByText('A mail to grace@example.com is on its way').waitFor()
  const { mail } = await waitForMail(mailing.server, 'grace@example.com')
  expect(mail).toMatchObject({ kind: 'invitation' })
  expect(await page.content()).not.toContain('secret=')
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  const said = [...scene.complaints, ...mailing.complaints]
  expect(said.filter((text) => !/\b409\b/.test(text))).toEqual([])
})
