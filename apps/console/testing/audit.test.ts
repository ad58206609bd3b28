import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAccount, logIn } from '../../../packages/server/testing/test-server.ts'
import { ConsoleScene, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

let scene: ConsoleScene
let graceId: string
beforeAll(async () => {
  scene = await ConsoleScene.start()
  graceId = await addAccount(scene.server, 'grace', 'nine amber lanterns')
  await logIn(scene.server, { username: 'grace', password: 'a wrong password' })
})
afterAll(() => scene?.[Symbol.asyncDispose]())

test('an event is found by account and act, and its proof holds, checked in the browser', async () => {
  const page = await scene.openSignedIn('/audit')
  await page.getByText('Signed and undisputed').waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.getByLabel('Account id').fill('grace')
  await page.getByText('“grace” is no id of an account').waitFor()
  await page.getByLabel('Account id').fill(graceId)
  await page.getByLabel('Act').fill('login.refused')
  await page.getByRole('link', { name: 'login.refused' }).first().waitFor()
  await page.getByRole('link', { name: 'account.created' }).first().waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'login.refused' }).first().click()
  await page.getByRole('heading', { name: 'login.refused', level: 1 }).waitFor()
  const checks = page.getByRole('list', { name: 'What was checked' }).getByRole('listitem')
  await checks.first().waitFor()
  expect(await checks.count()).toBe(3)
  for (const check of await checks.all()) expect(await check.textContent()).toMatch(/^Holds/)
  expect(await findBarriers(page)).toEqual([])
  await page.context().close()
})

test('a proof of which anything was changed does not hold', async () => {
  const page = await scene.openSignedIn('/audit?act=login.refused')
  await page.route('**/proof', async (route) => {
    const answer = await route.fetch()
    const bundle = (await answer.json()) as { public: { outcome: string }; private: { network: string } }
    const changed = {
      ...bundle,
      public: { ...bundle.public, outcome: 'done' },
      private: { ...bundle.private, network: '203.0.113.9' },
    }
    await route.fulfill({ response: answer, json: changed })
  })
  await page.getByRole('link', { name: 'login.refused' }).first().click()
  const checks = page.getByRole('list', { name: 'What was checked' }).getByRole('listitem')
  await checks.first().waitFor()
  expect((await checks.allTextContents()).map((text) => /^(Holds|Does not hold|Not checked)/.exec(text)?.[0])).toEqual([
    'Does not hold',
    'Does not hold',
    'Holds',
  ])
  await page.context().close()
})

test('the whole log is verified, and what the filters show is saved as JSON lines', async () => {
  const page = await scene.openSignedIn('/audit?act=login.refused')
  await page.getByRole('button', { name: 'Verify all of it' }).click()
  await page.getByText(/Whole: each of [\d,]+ events is what its leaf says/).waitFor()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .trim()
    .split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { act: string }).act)).toEqual(['login.refused'])
  await page.context().close()
})

test('an account’s page tells what happened, latest first, with a way to all of it', async () => {
  const page = await scene.openSignedIn(`/accounts/${graceId}`, { viewport: phone })
  await page.getByRole('heading', { name: 'What happened?' }).waitFor()
  await page.getByRole('link', { name: 'login.refused' }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.getByRole('link', { name: 'All events, with filters' }).click()
  await page.getByRole('link', { name: 'account.created' }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints).toEqual([])
})
