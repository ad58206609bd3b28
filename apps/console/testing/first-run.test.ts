import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../../packages/server/src/config.ts'
import { addRole, removeRole } from '../../../packages/server/src/domain/accounts/change-role.ts'
import { findAccountByLoginName } from '../../../packages/server/src/domain/accounts/find-account-by-login-name.ts'
import { findApi } from '../../../packages/server/src/domain/apis/list-apis.ts'
import { CONSOLE_CLIENT_ID } from '../../../packages/server/src/domain/clients/console-client.ts'
import { momentAfterRevocations } from '../../../packages/server/src/domain/revocations/moment-after-revocations.ts'
import { openSession } from '../../../packages/server/src/domain/sessions/open-session.ts'
import { issueSetupCode } from '../../../packages/server/src/domain/setup/issue-setup-code.ts'
import { readAuthenticator } from '../../../packages/server/testing/factor-scene.ts'
import { ADMIN_AUDIENCE } from '../src/sign-in/console-client.ts'
import { ConsoleScene, findBarriers } from './console-scene.ts'

const password = 'a long walk along the river'

let scene: ConsoleScene
beforeAll(async () => {
  scene = await ConsoleScene.start({ config: { adminFactor: 'required' } })
  // Nobody administers: the first run.
  await scene.server.running.installation.database.write((tx) =>
    removeRole(tx, { accountId: scene.adminId, role: 'admin', actor: 'cli' }),
  )
})
afterAll(() => scene?.[Symbol.asyncDispose]())

const database = () => scene.server.running.installation.database

/** Reads the secret off the page, as an authenticator app does, and types its code. */
async function enrol(page: Page): Promise<void> {
  const authenticator = readAuthenticator(scene.server, await page.content())
  await page.locator('input[name="code"]').fill(authenticator.code())
  await page.keyboard.press('Enter')
}

test('a server that is no development server requires a second factor of administrators, unless told otherwise', () => {
  const environment = { OSTIARY_SECRET: 's'.repeat(43), OSTIARY_ISSUER: 'https://login.example.com' }
  expect(loadConfig({ environment, folder: '/nonexistent' }).adminFactor).toBe('required')
})

test('the first run, in a browser: the code of the terminal, an authenticator app, the console; an admin without the role is out at once', async () => {
  const code = await database().write((tx) => issueSetupCode(tx, scene.server.running.installation.sealer, 'system'))
  const page = await scene.open()
  await page.goto(`${scene.server.issuer}/setup`)
  expect(await findBarriers(page)).toEqual([])
  await page.getByLabel('Code from the terminal').fill(code ?? '')
  await page.getByLabel('User name').fill('root')
  await page.getByLabel('E-mail address').fill('root@example.com')
  await page.getByLabel('New password').fill(password)
  await page.getByRole('button', { name: 'Create the administrator' }).click()
  await page.waitForURL(/\/login\/enrol/)
  await enrol(page)
  await page
    .getByText(/recovery/i)
    .first()
    .waitFor()
  await page
    .getByRole('link', { name: /continue|go on/i })
    .or(page.getByRole('button', { name: /continue|go on/i }))
    .first()
    .click()
  await page.getByText('Signed in as root').waitFor()
  await page.getByRole('link', { name: 'Accounts' }).click()
  await page.getByRole('link', { name: 'root', exact: true }).waitFor()
  const account = await findAccountByLoginName(database().read, 'root')
  await database().write((tx) => removeRole(tx, { accountId: account?.id ?? '', role: 'admin', actor: 'cli' }))
  await page.getByRole('link', { name: 'Sessions' }).click()
  await page.getByText(/You may not see this|Your session has ended|There is nothing at this address/).waitFor()
  await page.context().close()
})

test('a token of a session that proved a password alone is refused by the API, which says what is needed', async () => {
  const { tokenIssuer, clock } = scene.server.running.installation
  const scopes = ['accounts:read']
  const opening = { accountId: scene.adminId, clientId: CONSOLE_CLIENT_ID, network: '127.0.0.1', userAgent: undefined }
  const limits = { idleMilliseconds: 3_600_000, absoluteMilliseconds: 3_600_000 }
  const access = { audience: ADMIN_AUDIENCE, scopes, refreshKeyId: undefined, limits }
  await database().write((tx) => addRole(tx, { accountId: scene.adminId, role: 'admin', actor: 'cli' }))
  const api = await findApi(database().read, ADMIN_AUDIENCE)
  if (!api) throw new Error('the Admin API is not there')
  const subject = { accountId: scene.adminId, clientId: CONSOLE_CLIENT_ID }
  const answers = []
  for (const methods of [['pwd'], ['pwd', 'otp', 'mfa']]) {
    const session = await database().write((tx) => openSession(tx, { ...opening, methods }, access))
    const now = await momentAfterRevocations(database().read, subject, clock.now())
    const { token } = await tokenIssuer.issueAccessToken({
      ...{ api, subject: scene.adminId, clientId: CONSOLE_CLIENT_ID, scopes, sessionId: session.id, now },
      authentication: { at: now, methods },
    })
    answers.push(
      await fetch(`${scene.server.issuer}/admin/api/v1/accounts`, { headers: { authorization: `Bearer ${token}` } }),
    )
  }
  expect(answers.map(({ status }) => status)).toEqual([401, 200])
  // RFC 9470 §3: the person signs in anew, and no refresh helps.
  expect(answers[0]?.headers.get('www-authenticate')).toContain('error="insufficient_user_authentication"')
  expect(answers[0]?.headers.get('www-authenticate')).toContain('acr_values="aal2"')
})
