import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiKey } from '../../../packages/server/src/domain/api-keys/create-api-key.ts'
import { listApiKeys } from '../../../packages/server/src/domain/api-keys/list-api-keys.ts'
import { listConsents, recordConsent } from '../../../packages/server/src/domain/consents/consents.ts'
import { linkIdentity } from '../../../packages/server/src/domain/federated-identities/link-identity.ts'
import { listPasskeys } from '../../../packages/server/src/domain/passkeys/list-passkeys.ts'
import { insertPasskey } from '../../../packages/server/src/domain/passkeys/passkey-store.ts'
import { addTotp, findTotp } from '../../../packages/server/src/domain/totp/totp.ts'
import { addConfidentialClient } from '../../../packages/server/testing/revoking.ts'
import { addAccount, addApi } from '../../../packages/server/testing/test-server.ts'
import { ConsoleScene, expectNoSidewaysScroll, findBarriers, phone } from './console-scene.ts'

const audience = 'https://orders.example.com'
const provider = 'https://accounts.example.net'

let scene: ConsoleScene
let graceId: string
beforeAll(async () => {
  scene = await ConsoleScene.start()
  await addApi(scene.server, { audience, name: 'Orders', scopes: ['orders:read'] })
  const { id: clientId } = await addConfidentialClient(scene.server, ['orders:read'])
  graceId = await addAccount(scene.server, 'grace', 'nine amber lanterns', 'grace@example.com')
  const { database, sealer } = scene.server.running.installation
  const accountId = graceId
  await database.write(async (tx) => {
    await addTotp(tx, sealer, { accountId, secret: randomBytes(20), step: 0, network: '127.0.0.1' })
    await linkIdentity(tx, { issuer: provider, subject: 'grace-1906', accountId, network: '127.0.0.1' })
    await recordConsent(tx, { accountId, clientId, audience }, ['orders:read'])
    const description = { name: 'nightly', audience, scopes: undefined, lifetimeMilliseconds: undefined }
    await createApiKey(tx, { accountId }, description, 'cli')
    for (const name of ['Laptop', 'Phone'])
      await insertPasskey(tx.sql, {
        ...{ id: name, credentialId: name, accountId, name, publicKey: 'pQECAyYgASFYIA', signCount: 0, transports: [] },
        ...{ isBackupEligible: true, isBackedUp: true, isUserVerified: true },
        ...{ aaguid: '00000000-0000-0000-0000-000000000000', createdAt: tx.now },
        ...{ usedAt: undefined, suspendedAt: undefined },
      })
  })
})
afterAll(() => scene?.[Symbol.asyncDispose]())

test('phone: a page of an account that has everything is no wider than the window, and has no barrier', async () => {
  const page = await scene.openSignedIn(`/accounts/${graceId}`, { viewport: phone })
  for (const name of ['Passkeys', 'Providers', 'Consents', 'API keys'])
    await page.getByRole('region', { name, exact: true }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.context().close()
})

test('a passkey, a provider, an API key, a consent and the second factors are taken from an account, one by one', async () => {
  const { read } = scene.server.running.installation.database
  const page = await scene.openSignedIn(`/accounts/${graceId}`)
  const dialog = page.getByRole('dialog')
  const table = (name: string) => page.getByRole('region', { name, exact: true })

  await table('Passkeys').getByRole('row').filter({ hasText: 'Laptop' }).getByRole('button', { name: 'Remove' }).click()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('The passkey Laptop is removed.').waitFor()
  await table('Passkeys').getByText('Laptop').waitFor({ state: 'detached' })
  expect((await listPasskeys(read, graceId)).map(({ name }) => name)).toEqual(['Phone'])

  await table('Providers').getByRole('button', { name: 'Disconnect' }).click()
  await dialog.getByText(provider).waitFor()
  await dialog.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByText('It is disconnected.').waitFor()
  await table('Providers').waitFor({ state: 'detached' })

  await table('API keys').getByRole('button', { name: 'Revoke' }).click()
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('The key nightly is revoked.').waitFor()
  await table('API keys').waitFor({ state: 'detached' })
  expect(await listApiKeys(read, { accountId: graceId })).toEqual([])

  await table('Consents').getByRole('button', { name: 'Withdraw' }).click()
  await dialog.getByRole('button', { name: 'Withdraw' }).click()
  await table('Consents').waitFor({ state: 'detached' })
  expect(await listConsents(read, graceId)).toEqual([])

  await page.getByRole('button', { name: 'Reset factors' }).click()
  await dialog.getByLabel('They have lost their passkeys as well').check()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Reset' }).click()
  await page.getByText('The second factors of grace are gone.').waitFor()
  await table('Passkeys').waitFor({ state: 'detached' })
  expect([await findTotp(read, graceId), await listPasskeys(read, graceId)]).toEqual([undefined, []])
  await page.context().close()
})

test('where OSTIARY_IMPERSONATION is off, acting as somebody says so, and what was typed stays', async () => {
  const page = await scene.openSignedIn(`/accounts/${graceId}`)
  await page.getByRole('button', { name: 'Act as them' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('Ticket 4711')
  await dialog.getByLabel('API').selectOption({ label: 'Orders' })
  await dialog.getByRole('button', { name: 'Act as them' }).click()
  await dialog.getByRole('alert').getByText('OSTIARY_IMPERSONATION is off').waitFor()
  expect(await dialog.getByLabel('Reason').inputValue()).toBe('Ticket 4711')
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints.filter((text) => !/\b409\b/.test(text))).toEqual([])
})
