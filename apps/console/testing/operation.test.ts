import { createGuard, type Guard } from '@ostiary/guard'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addRole } from '../../../packages/server/src/domain/accounts/change-role.ts'
import { listAuditEvents } from '../../../packages/server/src/domain/audit/list-audit-events.ts'
import { updateRole } from '../../../packages/server/src/domain/revocation-acts/change-roles.ts'
import { revoke } from '../../../packages/server/src/domain/revocation-acts/revoke.ts'
import { createRole } from '../../../packages/server/src/domain/roles/create-role.ts'
import { addClient } from '../../../packages/server/testing/authorization-scene.ts'
import { addAccount, addApi, logIn } from '../../../packages/server/testing/test-server.ts'
import { ConsoleScene, desk, expectNoSidewaysScroll, findBarriers, narrow, phone } from './console-scene.ts'

const audience = 'https://orders.example.com'
const password = 'seven purple umbrellas'

let scene: ConsoleScene
const guards: Guard[] = []
beforeAll(async () => {
  scene = await ConsoleScene.start({ config: { sources: { secrets: 'file' } } })
  await addApi(scene.server, { audience, name: 'Orders', scopes: ['orders:read'] })
  await addAccount(scene.server, 'bob', password)
  const { access_token: token } = await logInBob()
  for (const name of ['orders-1', 'orders-2']) {
    const guard = await startGuard(name)
    // It begins to follow with the first token that it is asked about.
    await guard.verify(token)
    guards.push(guard)
  }
})
afterAll(async () => {
  for (const guard of guards) guard.close()
  await scene?.[Symbol.asyncDispose]()
})

/** A guard as an API has it, with a credential, so that it confirms. */
async function startGuard(name: string): Promise<Guard> {
  const { server } = scene
  const { id, secret } = await addClient(server, {
    ...{ name, type: 'confidential', grants: ['client_credentials'] },
    // By which a client stands for an API.
    scopes: [`introspect:${audience}`],
  })
  return createGuard({
    issuer: server.issuer,
    audience,
    clock: () => server.clock.now(),
    feed: { credential: { clientId: id, clientSecret: secret }, name },
  })
}

/** Bob logs in at the API. */
async function logInBob(): Promise<{ readonly access_token: string; readonly session_id: string }> {
  const answer = await logIn(scene.server, { username: 'bob', password, audience })
  return (await answer.json()) as { access_token: string; session_id: string }
}

/** What a test asked for is in the browser's own log as well. */
function forgive(status: number): void {
  const unexpected = scene.complaints.filter((one) => !one.includes(`a status of ${status}`))
  scene.complaints.splice(0, scene.complaints.length, ...unexpected)
}

async function lastAct(): Promise<{ readonly act: string; readonly actor: string } | undefined> {
  const { database } = scene.server.running.installation
  const events = await listAuditEvents(database.read, { limit: 20 })
  return events.find(({ act }) => /^(key|session|revocation|sessions|everything)\b/.test(act))
}

test('guards stand as a fleet, live and with nothing left to apply', async () => {
  const page = await scene.openSignedIn('/guards')
  for (const name of ['orders-1', 'orders-2']) {
    const row = page.getByRole('row', { name: new RegExp(name) })
    await row.getByText('Live').waitFor()
    await row.getByText('none').waitFor()
  }
  await page.getByText('Dark 0').click()
  await page.getByText('No guard is in that state now.').waitFor()
  await page.context().close()
})

test('a session is revoked, every API confirms it live, and its token is refused', async () => {
  const { access_token: token, session_id: session } = await logInBob()
  await guards[0]?.verify(token)
  const page = await scene.openSignedIn('/revocation')
  await page.getByLabel('Session id').fill(session)
  await page.getByRole('button', { name: 'Revoke…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Ends this session now').waitFor()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Revoke now' }).click()
  await page.getByText(/^2 of 2 APIs refuse it, slowest \d+ ms$/).waitFor()
  await expect(guards[0]?.verify(token)).rejects.toMatchObject({ code: 'token_revoked' })
  await expect(guards[1]?.verify(token)).rejects.toMatchObject({ code: 'token_revoked' })
  const row = page.getByRole('region', { name: 'Revocations' }).getByRole('row', { name: /Session or API key/ })
  await row.getByText(`admin:${scene.adminId}`).waitFor()
  expect((await lastAct())?.actor).toBe(`admin:${scene.adminId}`)
  expect(await findBarriers(page)).toEqual([])
  await page.context().close()
})

test('what there is not is said in the dialog, and what was typed stays', async () => {
  const page = await scene.openSignedIn('/revocation')
  await page.getByLabel('What to revoke').selectOption('account')
  await page.getByLabel('Account id').fill('acc_nobody')
  await page.getByRole('button', { name: 'Revoke…' }).click()
  await page.getByRole('button', { name: 'Revoke now' }).click()
  await page.getByRole('alert').getByText('There is no account of that id.').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await page.getByLabel('Account id').inputValue()).toBe('acc_nobody')
  await page.context().close()
})

test('keys: a successor is published, and a compromised key is replaced with its tokens refused', async () => {
  const { access_token: token } = await logInBob()
  const page = await scene.openSignedIn('/keys')
  const active = page.getByRole('row', { name: /Active: it signs/ })
  const before = await active.getByText(/…$/).first().innerText()
  await page.getByRole('button', { name: 'Rotate…' }).click()
  await page.getByRole('dialog').getByText('Nobody is signed out.').waitFor()
  await page.getByRole('button', { name: 'Publish successors' }).click()
  await page.getByText('A successor is published.').waitFor()
  await page.getByRole('row', { name: /Pending: published/ }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await active.getByRole('button', { name: 'Compromised…' }).click()
  await page.getByRole('dialog').getByText('There is no way back.').waitFor()
  await page.getByRole('button', { name: 'Replace the key now' }).click()
  await page.getByText(/The key is replaced\. 2 of 2 APIs refuse it/).waitFor()
  await expect(guards[0]?.verify(token)).rejects.toMatchObject({ code: expect.stringMatching(/^token_/) })
  expect(await active.getByText(/…$/).first().innerText()).not.toBe(before)
  await page.context().close()
})

test('phone: what stands at a key on the time line can be read to its end', async () => {
  const page = await scene.openSignedIn('/keys', { viewport: phone })
  const labels = page.locator('main svg text').filter({ hasText: 'ES256' })
  await labels.first().waitFor()
  for (const label of await labels.all()) {
    const { x = 0, width = 0 } = (await label.boundingBox()) ?? {}
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x + width).toBeLessThanOrEqual(phone.width)
  }
  await page.context().close()
})

test('settings are found by their names, with where they are from and without secrets', async () => {
  const page = await scene.openSignedIn('/settings')
  await page
    .getByRole('row', { name: /OSTIARY_SECRET\b/ })
    .getByText('***')
    .waitFor()
  // What has no place in ostiary.json is not told to be from there.
  await page
    .getByRole('row', { name: /OSTIARY_SECRET\b/ })
    .getByText('The file “secret”')
    .waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('secret')
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  expect(await page.content()).not.toContain(scene.server.config.secrets[0])
  await page.context().close()
})

test('the overview counts what happened, as lines and as a table', async () => {
  await logInBob()
  await logIn(scene.server, { username: 'bob', password: 'wrong', audience })
  const page = await scene.openSignedIn('/')
  await page.getByText('1 hour', { exact: true }).click()
  // Instances add what they counted every ten seconds.
  await expect
    .poll(() => page.locator('dl dd').first().innerText(), { timeout: 30_000 })
    .toMatch(/^[1-9]\d*\s+[1-9]\d* refused$/)
  const chart = page.getByRole('figure', { name: 'Logins' })
  await chart.getByText('As a table').click()
  await chart.getByRole('columnheader', { name: 'refused' }).waitFor()
  await page.getByText('All 2 are live').waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.context().close()
})

test('a session that somebody ended: the page stays and says so, and signing in again leads back to it', async () => {
  const page = await scene.openSignedIn('/settings')
  await page.getByRole('row', { name: /OSTIARY_ISSUER/ }).waitFor()
  const { running, issuer } = scene.server
  await revoke({ ...running.installation, issuer }, { kind: 'account', id: scene.adminId }, 'cli')
  await page.getByRole('link', { name: 'Keys' }).click()
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
  await dialog.waitFor()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Sign in again' }).click()
  await scene.signIn(page)
  await page.getByRole('row', { name: /Active: it signs/ }).waitFor()
  expect(page.url()).toBe(`${scene.consoleUrl}/keys`)
  // RFC 6749 §5.2: so the server says that a session is over.
  forgive(400)
  await page.context().close()
})

test('who may not write sees no act, and who may not read finds no page and is told what is missing', async () => {
  const { running } = scene.server
  const { database } = running.installation
  const accountId = await addAccount(scene.server, 'reader', password)
  await database.write(async (tx) => void (await createRole(tx, { name: 'reader', description: undefined }, 'cli')))
  await updateRole(database, { role: 'reader', audience: 'urn:ostiary:admin', add: ['keys:read'], remove: [] }, 'cli')
  await database.write(async (tx) => void (await addRole(tx, { accountId, role: 'reader', actor: 'cli' })))
  const page = await scene.open()
  await page.goto(`${scene.consoleUrl}/keys`)
  await scene.signIn(page, { username: 'reader', password })
  await page.getByRole('row', { name: /Active: it signs/ }).waitFor()
  expect(await page.getByRole('button', { name: /Rotate|Compromised/ }).count()).toBe(0)
  expect(await page.getByRole('link', { name: 'Settings' }).count()).toBe(0)
  await page.goto(`${scene.consoleUrl}/settings`)
  await page.getByRole('alert').getByText('settings:read').waitFor()
  await page.context().close()
  forgive(403)
})

test.each([
  ['desk, dark', { viewport: desk, colorScheme: 'dark' }],
  ['phone, light', { viewport: phone }],
  ['320 px, dark', { viewport: narrow, colorScheme: 'dark' }],
] as const)('%s: every page is without barriers, and not wider than the window', async (_, options) => {
  const page = await scene.openSignedIn('/', options)
  for (const [path, title, thing] of [
    ['/', 'Overview', 'This issuer'],
    ['/keys', 'Keys', 'Active: it signs'],
    ['/revocation', 'Revocation', 'Session or API key'],
    ['/guards', 'Guards', 'orders-2'],
    ['/settings', 'Settings', 'OSTIARY_ISSUER'],
  ] as const) {
    await page.goto(`${scene.consoleUrl}${path}`)
    await page.getByRole('heading', { name: title, exact: true }).waitFor()
    await page.getByText(thing).first().waitFor()
    expect([path, await findBarriers(page)]).toEqual([path, []])
    await expectNoSidewaysScroll(page)
  }
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  // What the API refused is in the browser's own log.
  expect(scene.complaints.filter((one) => !/the server responded with a status of 40[14]/.test(one))).toEqual([])
})
