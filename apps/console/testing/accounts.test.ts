import { createGuard } from '@ostiary/guard'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addRole } from '../../../packages/server/src/domain/accounts/change-role.ts'
import { disableAccount } from '../../../packages/server/src/domain/accounts/disable-account.ts'
import { listLivingGuards } from '../../../packages/server/src/domain/revocations/list-guards.ts'
import { logOutEverywhere } from '../../../packages/server/src/domain/sessions/log-out-everywhere.ts'
import { addConfidentialClient } from '../../../packages/server/testing/revoking.ts'
import { addAccount, addApi, logIn } from '../../../packages/server/testing/test-server.ts'
import { admin, ConsoleScene, desk, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

const password = 'nine amber lanterns'
const audience = 'https://api.example.com'

let scene: ConsoleScene
let guard: ReturnType<typeof createGuard>
beforeAll(async () => {
  scene = await ConsoleScene.start()
  const { server } = scene
  for (const name of ['grace', 'graham', 'mary']) await addAccount(server, name, password, `${name}@example.com`)
  await addApi(server, { audience, name: 'Orders', scopes: ['orders:read'] })
  const { id: clientId, secret: clientSecret } = await addConfidentialClient(server, [`introspect:${audience}`])
  guard = createGuard({
    issuer: server.issuer,
    audience,
    feed: { name: 'orders-1', credential: { clientId, clientSecret } },
  })
  await openSession('mary')
  await untilFollowed()
})
afterAll(async () => {
  await guard?.close()
  await scene?.[Symbol.asyncDispose]()
})

/** The guard is known to the server once it has confirmed something. */
async function untilFollowed(): Promise<void> {
  const { database, clock } = scene.server.running.installation
  while ((await listLivingGuards(database.read, clock.now())).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

async function openSession(username: string): Promise<string> {
  const answer = await logIn(scene.server, { username, password, audience })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  await guard.verify(token)
  return token
}

test('the keyboard alone: search an account, open it, end its session, and the guard has confirmed it', async () => {
  const token = await openSession('grace')
  const page = await scene.openSignedIn('/accounts')
  await page.getByRole('link', { name: 'mary' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('grac')
  await page.getByRole('link', { name: 'mary' }).waitFor({ state: 'detached' })
  expect(await page.getByRole('link', { name: 'graham' }).count()).toBe(0)
  expect(new URL(page.url()).search).toBe('?q=grac')
  const focused = () => page.evaluate('document.activeElement.textContent') as Promise<string>
  for (let tabs = 0; tabs < 12 && (await focused()) !== 'grace'; tabs++) await page.keyboard.press('Tab')
  expect(await focused()).toBe('grace')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'grace', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'End', exact: true }).waitFor()
  for (let tabs = 0; tabs < 20 && (await focused()) !== 'End'; tabs++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('every API refuses its tokens within a second').waitFor()
  expect(await findBarriers(page)).toEqual([])
  for (let tabs = 0; tabs < 5 && (await focused()) !== 'End session'; tabs++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText(/The session has ended\. 1 of 1 API refuses it, the slowest after \d+ ms\./).waitFor()
  await page.getByText('They have no session that lives.').waitFor()
  await expect(guard.verify(token)).rejects.toMatchObject({ code: 'token_revoked' })
  await page.context().close()
})

test('what is searched for and filtered stands in the address: a reload shows the same', async () => {
  const page = await scene.openSignedIn('/accounts?q=gra&state=active')
  await page.getByRole('link', { name: 'graham' }).waitFor()
  expect(await page.getByRole('link', { name: 'mary' }).count()).toBe(0)
  await page.getByLabel('State').selectOption('disabled')
  await page.getByText('Nobody found').waitFor()
  await page.reload()
  await page.getByText('Nobody found').waitFor()
  expect(await page.getByLabel('Search').inputValue()).toBe('gra')
  await page.context().close()
})

test.each([
  ['desk, light', { viewport: desk }],
  ['desk, dark', { viewport: desk, colorScheme: 'dark' }],
  ['phone', { viewport: phone }],
] as const)('%s: no page has a barrier that axe-core finds, or is wider than the window', async (_, options) => {
  await openSession('graham')
  const page = await scene.openSignedIn('/accounts', options)
  await page.getByRole('link', { name: 'graham' }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.getByRole('link', { name: 'graham' }).click()
  await page.getByRole('button', { name: 'End', exact: true }).first().waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.goto(`${scene.consoleUrl}/sessions`)
  await page.getByRole('button', { name: 'End', exact: true }).first().waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.context().close()
})

test('an account from its first day to its last: made, changed, given another password, disabled, enabled, deleted, kept', async () => {
  const page = await scene.openSignedIn('/accounts')
  await page.getByRole('button', { name: 'Create account' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('User name').fill('grace')
  await dialog.getByLabel('E-mail address').fill('hopper@example.com')
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByLabel('E-mail address').inputValue()).toBe('hopper@example.com')
  await dialog.getByLabel('User name').fill('hopper')
  await dialog.getByRole('button', { name: 'Create' }).click()
  const generated = (await dialog.locator('.mono').textContent()) ?? ''
  expect((await logIn(scene.server, { username: 'hopper', password: generated, audience })).status).toBe(200)
  await page.mouse.click(5, 5)
  await expectStillOpen(dialog)
  await dialog.getByRole('button', { name: 'Open the account' }).click()
  await page.getByRole('heading', { name: 'hopper', level: 1 }).waitFor()
  expect(await page.content()).not.toContain(generated)

  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('Grace Hopper')
  await page.mouse.click(5, 5)
  await expectStillOpen(dialog)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Grace Hopper').waitFor()

  await page.getByRole('button', { name: 'Log out everywhere' }).click()
  await dialog.getByText('Ends 1 session on 1 device now').waitFor()
  await dialog.getByRole('button', { name: 'Log out' }).click()
  await page.getByText(/hopper is logged out everywhere\. 1 of 1 API refuses it/).waitFor()

  await page.getByRole('button', { name: 'Password' }).click()
  await dialog.getByLabel('Set one').check()
  await dialog.getByLabel('The password').fill('short')
  await dialog.getByRole('button', { name: 'Change the password' }).click()
  await dialog.getByRole('alert').waitFor()
  await dialog.getByLabel('The password').fill(password)
  await dialog.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The password is changed.').waitFor()

  await page.getByRole('button', { name: 'Disable' }).click()
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await page.getByText('hopper is disabled.').waitFor()
  await page.getByRole('link', { name: 'account.disabled' }).waitFor()
  expect((await logIn(scene.server, { username: 'hopper', password, audience })).status).toBe(401)
  await page.getByRole('button', { name: 'Enable' }).click()
  await dialog.getByRole('button', { name: 'Let them log in' }).click()
  await page.getByText('hopper can log in.').waitFor()

  await page.getByRole('button', { name: 'Delete' }).click()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('hopper is to be deleted.').waitFor()
  await page.getByRole('button', { name: 'Keep the account' }).click()
  await dialog.getByRole('button', { name: 'Keep' }).click()
  await page.getByText('hopper is kept.').waitFor()
  await page.context().close()
})

/** What was typed, or is shown this once, is not lost by a click beside it. */
async function expectStillOpen(dialog: Locator): Promise<void> {
  // A dialog that closes fades away meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await dialog.isVisible()).toBe(true)
}

test('an administrator who is disabled is out of the console at once', async () => {
  const id = await addAccount(scene.server, 'root', admin.password)
  const { database } = scene.server.running.installation
  await database.write((tx) => addRole(tx, { accountId: id, role: 'admin', actor: 'cli' }))
  const page = await scene.open()
  await page.goto(`${scene.consoleUrl}/accounts`)
  await scene.signIn(page, { username: 'root', password: admin.password })
  await page.getByRole('link', { name: 'mary' }).waitFor()
  await database.write(async (tx) => {
    await disableAccount(tx, id, 'cli')
    await logOutEverywhere(tx, id, 'cli')
  })
  await page.getByRole('link', { name: 'mary' }).click()
  await page.getByText('Your session has ended').first().waitFor()
  await page.context().close()
})

test('an id that is nobody’s says so', async () => {
  const page = await scene.openSignedIn('/accounts/acc_nobody')
  await page.getByRole('alert').getByText('This could not be loaded').waitFor()
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints.filter((text) => !/\b(400|401|404|409)\b/.test(text))).toEqual([])
})
