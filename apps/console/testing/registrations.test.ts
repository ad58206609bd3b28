import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeRolePermissions } from '../../../packages/server/src/domain/roles/change-role-permissions.ts'
import { createAdminCaller } from './call-admin.ts'
import { ConsoleScene, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

const audience = 'https://orders.example.com'

let scene: ConsoleScene
beforeAll(async () => {
  scene = await ConsoleScene.start()
})
afterAll(() => scene?.[Symbol.asyncDispose]())

test('an API is registered, has its guard’s code with its own names, and gets permissions', async () => {
  const page = await scene.openSignedIn('/apis')
  await page.getByRole('button', { name: 'Create API' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Audience').fill('not a URI')
  await dialog.getByLabel('Name').fill('Orders')
  await dialog.getByLabel('Scopes').fill('orders:read orders:write')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByLabel('Scopes').inputValue()).toBe('orders:read orders:write')
  await dialog.getByLabel('Audience').fill(audience)
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor()
  await page.getByRole('tab', { name: 'Fastify' }).click()
  const code = page.getByRole('region', { name: 'Code for Fastify' })
  await code.waitFor()
  for (const own of [`issuer: '${scene.server.issuer}'`, `audience: '${audience}'`, "scope: 'orders:read'"])
    expect(await code.textContent()).toContain(own)
  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('Permissions').fill('orders:refund=Give money back')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'Give money back' }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.context().close()
})

test('a client is made with its secret shown once, edited, given another secret, and deleted', async () => {
  const page = await scene.openSignedIn('/clients')
  await page.getByRole('link', { name: 'Console' }).waitFor()
  await page.getByRole('button', { name: 'Create client' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Nightly report')
  await dialog.getByLabel('A program that calls an API by itself').check()
  await dialog.getByLabel('Scopes').fill('orders:read')
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'Nightly report', level: 1 }).waitFor()
  const once = page.getByRole('status').filter({ hasText: 'shown only now' }).locator('.mono')
  const secret = (await once.textContent()) ?? ''
  const [, id] = page.url().split('/clients/')
  const ask = (password: string) =>
    fetch(`${scene.server.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${id}:${password}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
    })
  expect((await ask(secret)).status).toBe(200)
  await page.getByText('nothing: nobody signs in here').waitFor()
  await page.getByRole('region', { name: 'Code for curl' }).waitFor()
  expect(await page.getByRole('region', { name: 'Code for curl' }).textContent()).toContain(`resource=${audience}`)
  expect(await findBarriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('Name').fill('Weekly report')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Weekly report', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Rotate the secret' }).click()
  await dialog.getByLabel('Refuse the one until now at once').check()
  await dialog.getByRole('button', { name: 'Rotate' }).click()
  await page.getByText('There is a new secret').waitFor()
  const other = (await once.textContent()) ?? ''
  expect([(await ask(secret)).status, (await ask(other)).status]).toEqual([401, 200])
  await page.getByRole('button', { name: 'Revoke its tokens' }).click()
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Everything of Weekly report is revoked.').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Weekly report is deleted.').waitFor()
  expect((await ask(other)).status).toBe(401)
  await page.context().close()
})

test('the console’s own client says that it stays', async () => {
  const page = await scene.openSignedIn('/clients/console')
  await page.getByText('The server keeps this client itself').waitFor()
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)
  await page.context().close()
})

test('a role is made and permits something in the matrix, from the keyboard; an account gets it', async () => {
  const page = await scene.openSignedIn('/roles')
  await page.getByRole('button', { name: 'Create role' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('cashier')
  await page.keyboard.press('Enter')
  await page.getByText('The role cashier is there.').waitFor()
  const mark = page.getByRole('checkbox', { name: 'cashier permits orders:refund' })
  await mark.focus()
  await page.keyboard.press('Space')
  await dialog.getByText('may orders:refund at Orders').waitFor()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Permit' }).click()
  await page.getByText('cashier permits orders:refund.').waitFor()
  await page.reload()
  await mark.waitFor()
  expect(await mark.isChecked()).toBe(true)
  expect(await page.getByRole('checkbox', { name: 'admin permits accounts:read' }).isChecked()).toBe(true)
  expect(await page.getByRole('checkbox', { name: 'admin permits accounts:read' }).isDisabled()).toBe(true)
  expect(await findBarriers(page)).toEqual([])
  await page.goto(`${scene.consoleUrl}/accounts/${scene.adminId}`)
  await page.getByRole('button', { name: 'Give a role' }).click()
  await dialog.getByLabel('Role').selectOption('cashier')
  await dialog.getByRole('button', { name: 'Give' }).click()
  await page.getByText(/ada is cashier\./).waitFor()
  await page.getByRole('listitem').filter({ hasText: 'cashier' }).getByRole('button', { name: 'Take away' }).click()
  await dialog.getByRole('button', { name: 'Take away' }).click()
  await page.getByText(/ada is cashier no more\./).waitFor()
  await page.context().close()
})

test('an organization is made, invites somebody, is disabled, and goes', async () => {
  const page = await scene.openSignedIn('/organizations')
  await page.getByText('No organizations yet').waitFor()
  await page.getByRole('button', { name: 'Create organization' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Blue Door')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'Blue Door', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByLabel('E-mail address').fill('carol@example.com')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await page.getByText('A mail to carol@example.com is on its way.').waitFor()
  await page.getByRole('cell', { name: 'carol@example.com' }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Revoke' }).click()
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Nobody is invited').waitFor()
  await page.getByRole('button', { name: 'Disable' }).click()
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Blue Door is disabled.').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('No organizations yet').waitFor()
  await page.context().close()
})

test('what a role requires, and what a member is, are changed; what somebody else changed meanwhile is not overwritten', async () => {
  const call = await createAdminCaller(scene)
  await call('POST', '/roles', { name: 'auditor', description: 'Reads' })
  await call('POST', '/roles', { name: 'buyer', is_for_organizations: true })
  const { id } = await call<{ id: string }>('POST', '/organizations', { name: 'Green Door' })
  await call('PUT', `/organizations/${id}/members/${scene.adminId}`, { roles: ['owner'] })
  const page = await scene.openSignedIn('/roles')
  const dialog = page.getByRole('dialog')
  const row = page.getByRole('region', { name: 'Roles', exact: true }).getByRole('row').filter({ hasText: 'auditor' })
  await row.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('Description').fill('Reads the books')
  await dialog.getByLabel('Second factor').selectOption('mfa')
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Save' }).click()
  await row.getByText('Reads the books').waitFor()
  await row.getByText('required', { exact: true }).waitFor()
  const roleOf = (name: string) => call<object>('GET', `/roles/${name}`)
  expect(await roleOf('auditor')).toMatchObject({ description: 'Reads the books', required_factor: 'mfa' })

  await row.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('Description').fill('Reads more')
  const { database } = scene.server.running.installation
  const nothing = { audience: undefined, add: [], remove: [] }
  await database.write((tx) =>
    changeRolePermissions(tx, { role: 'auditor', description: 'Reads less', ...nothing }, 'cli'),
  )
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await roleOf('auditor')).toMatchObject({ description: 'Reads less' })

  await page.goto(`${scene.consoleUrl}/organizations/${id}`)
  await page.getByRole('button', { name: 'Roles' }).click()
  await dialog.getByLabel('buyer').check()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/ada is owner, buyer\./).waitFor()
  await page.getByRole('button', { name: 'Roles' }).click()
  await dialog.getByLabel('owner').uncheck()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').waitFor()
  const { items } = await call<{ items: object[] }>('GET', `/organizations/${id}/members`)
  expect(items).toMatchObject([{ username: 'ada', roles: ['buyer', 'owner'] }])
  await page.context().close()
})

test('phone: nothing is wider than the window, and no barrier', async () => {
  const page = await scene.openSignedIn('/clients', { viewport: phone })
  for (const [place, shown] of [
    ['/clients', 'Console'],
    ['/clients/console', 'What it is'],
    ['/apis', 'Orders'],
    [`/apis/${encodeURIComponent(audience)}`, 'Guard it'],
    ['/roles', 'What permits what'],
    ['/organizations', 'Green Door'],
  ] as const) {
    await page.goto(`${scene.consoleUrl}${place}`)
    await page.getByText(shown).first().waitFor()
    expect(await findBarriers(page)).toEqual([])
    await expectNoSidewaysScroll(page)
  }
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints.filter((text) => !/\b(400|401|404|409|412)\b/.test(text))).toEqual([])
})
