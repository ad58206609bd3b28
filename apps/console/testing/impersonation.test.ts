import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAccount, addApi } from '../../../packages/server/testing/test-server.ts'
import { ConsoleScene, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

const audience = 'https://orders.example.com'
const reason = 'Ticket 4711: the order list is empty'

let scene: ConsoleScene
let graceId: string
beforeAll(async () => {
  scene = await ConsoleScene.start({ config: { impersonation: true } })
  await addApi(scene.server, { audience, name: 'Orders', scopes: ['orders:read'] })
  graceId = await addAccount(scene.server, 'grace', 'nine amber lanterns', 'grace@example.com')
})
afterAll(() => scene?.[Symbol.asyncDispose]())

test('acting as somebody takes a reason and an API, shows the token once, and the session says whose doing it is', async () => {
  const page = await scene.openSignedIn(`/accounts/${graceId}`)
  await page.getByRole('button', { name: 'Act as them' }).click()
  const dialog = page.getByRole('dialog')
  const verb = dialog.getByRole('button', { name: 'Act as them' })
  expect(await verb.isDisabled()).toBe(true)
  await dialog.getByLabel('Reason').fill(reason)
  expect(await verb.isDisabled()).toBe(true)
  expect(await dialog.getByRole('option', { name: 'Admin API' }).count()).toBe(0)
  await dialog.getByLabel('API').selectOption({ label: 'Orders' })
  expect(await findBarriers(page)).toEqual([])
  await verb.click()
  await dialog.getByText('You act as grace').waitFor()
  const token = (await dialog.locator('.mono').textContent()) ?? ''
  expect(decodeJwt(token)).toMatchObject({ sub: graceId, aud: audience, act: { sub: scene.adminId } })
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'I have it' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain(token)
  await page.getByText(`An administrator acts as them: ${reason}`).waitFor()
  await page.goto(`${scene.consoleUrl}/sessions`)
  await page.getByText(`An administrator acts as them: ${reason}`).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.context().close()
})

test('an administrator is nobody to act as: the dialog says so, and keeps what was typed', async () => {
  const page = await scene.openSignedIn(`/accounts/${scene.adminId}`, { viewport: phone })
  await page.getByRole('button', { name: 'Act as them' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await dialog.getByLabel('API').selectOption({ label: 'Orders' })
  await dialog.getByRole('button', { name: 'Act as them' }).click()
  await dialog.getByRole('alert').getByText('Nobody acts as themselves.').waitFor()
  expect(await dialog.getByLabel('Reason').inputValue()).toBe(reason)
  await expectNoSidewaysScroll(page)
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints.filter((text) => !/\b409\b/.test(text))).toEqual([])
})
