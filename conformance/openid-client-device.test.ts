import {
  allowInsecureRequests,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  refreshTokenGrant,
} from 'openid-client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../packages/server/testing/browser.ts'
import { addClient, audience, person, type Scene, startScene } from './scene.ts'

const grants = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']

describe('openid-client on a device, and a person with a browser', () => {
  let scene: Scene
  let browser: Browser

  beforeAll(async () => {
    scene = await startScene()
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.[Symbol.asyncDispose]()
  })

  async function configure(): Promise<Configuration> {
    const { clientId } = await addClient(scene, { name: 'Television', redirectUris: [], grants })
    const execute = [allowInsecureRequests, enableNonRepudiationChecks]
    return discovery(new URL(scene.server.issuer), clientId, undefined, None(), { execute })
  }

  const start = (configuration: Configuration) =>
    initiateDeviceAuthorization(configuration, { scope: 'openid profile orders:read', resource: audience })

  /** Opens an address of the page without scripts, by the keyboard alone, and stops where the app asks for access. */
  async function visit(url: string, userCode?: string): Promise<Page> {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    await page.goto(url)
    await page.getByLabel('User name').fill(person.username)
    await page.getByLabel('Password').fill(person.password)
    await page.keyboard.press('Enter')
    // The page has put the focus where the code goes.
    await page.locator('#user_code:focus').waitFor()
    if (userCode !== undefined) await page.keyboard.type(userCode)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Television asks for access' }).waitFor()
    return page
  }

  it('RFC 8628 §3.4: openid-client polls until a person has entered the code and allowed it, and verifies what it gets', async () => {
    const configuration = await configure()
    const codes = await start(configuration)
    const polled = pollDeviceAuthorizationGrant(configuration, codes)
    const page = await visit(codes.verification_uri, codes.user_code.toLowerCase().replace('-', ' '))
    expect(await page.locator('#shown-code').textContent()).toBe(codes.user_code)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Your device is connected' }).waitFor()
    const tokens = await polled
    expect(tokens.claims()).toMatchObject({ iss: scene.server.issuer, sub: scene.accountId })
    expect(await fetchUserInfo(configuration, tokens.access_token, scene.accountId)).toMatchObject({ name: 'ada' })
    const refreshed = await refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    expect(refreshed.claims()?.auth_time).toBe(tokens.claims()?.auth_time)
  })

  it('RFC 8628 §3.3.1, §3.5: by the complete address the code is there already; openid-client reads access_denied', async () => {
    const configuration = await configure()
    const codes = await start(configuration)
    const polled = Promise.allSettled([pollDeviceAuthorizationGrant(configuration, codes)])
    const page = await visit(codes.verification_uri_complete ?? '')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'Your device is not connected' }).waitFor()
    expect(await polled).toMatchObject([{ status: 'rejected', reason: { error: 'access_denied' } }])
  })
})
