import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { disableAccount } from '../../../packages/server/src/domain/accounts/disable-account.ts'
import { addAccount } from '../../../packages/server/testing/test-server.ts'
import { ConsoleScene, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

interface Received {
  readonly body: string
  readonly headers: Record<string, string>
}

let scene: ConsoleScene
let receiver: Server
const received: Received[] = []
let status = 204

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ body, headers: request.headers as Record<string, string> })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  scene = await ConsoleScene.start({ config: { webhooksDangerouslyReachPrivateNetworks: true } })
})
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]()
  receiver?.close()
})

test('a webhook is made with its secret shown once, tested, told of an event, and told again', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const page = await scene.openSignedIn('/webhooks')
  await page.getByText('No webhooks yet').waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Create webhook' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Address').fill('ftp://nowhere')
  await dialog.getByLabel('What it is for').fill('Billing')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await findBarriers(page)).toEqual([])
  // What was typed is still there.
  expect(await dialog.getByLabel('What it is for').inputValue()).toBe('Billing')
  await dialog.getByLabel('Address').fill(url)
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()
  const secret =
    (await page.getByRole('status').filter({ hasText: 'shown only now' }).locator('.mono').textContent()) ?? ''
  expect(secret).toMatch(/^whsec_/)
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByText(/It answered 204 after \d+ ms\./).waitFor()
  const [test] = received
  expect(() => new Webhook(secret).verify(test?.body ?? '', test?.headers ?? {})).not.toThrow()
  await page.reload()
  await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()
  expect(await page.content()).not.toContain(secret)
  const id = await addAccount(scene.server, 'grace', 'nine amber lanterns')
  await scene.server.running.installation.database.write((tx) => disableAccount(tx, id, 'cli'))
  const row = page.getByRole('row', { name: /account\.disabled/ })
  while (!(await row.filter({ hasText: 'Delivered' }).isVisible())) {
    await page.waitForTimeout(200)
    await page.reload()
    await page.getByRole('heading', { name: 'What it was told' }).waitFor()
    await page.waitForTimeout(300)
  }
  expect(await findBarriers(page)).toEqual([])
  const before = received.length
  await row.getByRole('button', { name: 'Look' }).click()
  await page
    .getByRole('dialog')
    .getByText(/It answered 204/)
    .waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Send again' }).click()
  await page.getByText('It is sent again, with the same id.').waitFor()
  while (received.length === before) await page.waitForTimeout(50)
  expect(received.at(-1)?.body).toContain('account.disabled')
  await page.context().close()
})

test('what somebody else changed meanwhile is told, not overwritten, and what was typed stays', async () => {
  status = 500
  const page = await scene.openSignedIn('/webhooks')
  await page.getByRole('link', { name: 'Billing' }).click()
  await page.getByRole('button', { name: 'Edit' }).click()
  const other = await page.context().newPage()
  await other.goto(page.url())
  await page.getByRole('dialog').getByLabel('What it is for').fill('Invoices')
  await other.getByRole('button', { name: 'Disable' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await other.getByText('The webhook is disabled.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').getByText('changed by somebody else meanwhile').waitFor()
  expect(await page.getByRole('dialog').getByLabel('What it is for').inputValue()).toBe('Invoices')
  await page.context().close()
})

test('phone: nothing is wider than the window, and no barrier', async () => {
  const page = await scene.openSignedIn('/webhooks', { viewport: phone })
  await page.getByRole('link', { name: 'Billing' }).click()
  await page.getByRole('heading', { name: 'What it was told' }).waitFor()
  await page.getByText('account.disabled').waitFor()
  await expectNoSidewaysScroll(page)
  expect(await findBarriers(page)).toEqual([])
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints.filter((text) => !/\b(400|412)\b/.test(text))).toEqual([])
})
