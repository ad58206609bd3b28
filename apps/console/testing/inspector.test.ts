import { explainToken } from '@ostiary/guard/explain'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { badTokens, issuerKey, makeToken } from '../../../packages/guard/testing/bad-tokens.ts'
import { audience, issuer, nowSeconds } from '../../../packages/guard/testing/sign-token.ts'
import { makeSigningKey, signParts } from '../../../packages/guard/testing/signing-keys.ts'
import { ConsoleScene, desk, expectNoSidewaysScroll, findBarriers, narrow, phone } from './console-scene.ts'

let scene: ConsoleScene
beforeAll(async () => {
  scene = await ConsoleScene.start()
})
afterAll(() => scene?.[Symbol.asyncDispose]())

/** Opens the inspector as anybody may, who is asked about the guard of the test tokens. */
async function openInspector(jwks: object, options = {}): Promise<Page> {
  const page = await scene.open({ timezoneId: 'UTC', ...options })
  await page.goto(`${scene.consoleUrl}/inspector`)
  // Its own issuer is there first, and does not come while others are typed.
  await expect.poll(() => page.getByLabel('Issuer').inputValue(), { timeout: 20_000 }).not.toBe('')
  await page.getByLabel('Issuer').fill(issuer)
  await page.getByLabel('Audience').fill(audience)
  await page.getByLabel('The guard’s clock').fill(new Date(nowSeconds * 1000).toISOString().slice(0, 19))
  await page.getByLabel('Keys').fill(JSON.stringify(jwks))
  return page
}

/** What it says of a token, as `check: good` and so on. */
async function inspect(page: Page, token: string): Promise<{ readonly accepted: boolean; readonly checks: string[] }> {
  const list = page.getByRole('region', { name: 'Checks' })
  await page.getByLabel('Access token').fill('')
  await page.getByText('No token yet').waitFor()
  await page.getByLabel('Access token').fill(token)
  await list.waitFor()
  const rows = await list
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => `${item.children[0]?.textContent}: ${item.children[1]?.textContent}`))
  return { accepted: await list.getByText('The guard accepts it').isVisible(), checks: rows }
}

/** The same by the guard's own explanation, in Node. */
async function explain(token: string, keys: { keys: never[] }) {
  const { accepted, checks } = await explainToken(token, { issuer, audience, keys, clock: () => nowSeconds * 1000 })
  const words = { true: 'good', false: 'bad', skipped: 'skipped' }
  return { accepted, checks: checks.map(({ check, ok }) => `${check}: ${words[`${ok}`]}`) }
}

test('it says of every token of the guard’s table what the guard says, check by check, by WebCrypto', async () => {
  const jwks = { keys: [issuerKey.jwk] } as never
  const page = await openInspector(jwks)
  // Blanks around a token are of pasting, and no field keeps a line's end.
  const tokens = [makeToken(), ...badTokens.map(({ token }) => token)].filter(
    (token) => token !== '' && token === token.trim() && !/[\r\n]/.test(token),
  )
  expect(tokens.length).toBeGreaterThan(50)
  for (const token of tokens) expect([token, await inspect(page, token)]).toEqual([token, await explain(token, jwks)])
  expect((await inspect(page, makeToken())).accepted).toBe(true)
  await page.context().close()
})

test.each(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'HS256'] as const)(
  'it verifies %s with a pasted key, and refuses the same token with one bit changed',
  async (alg) => {
    const key = makeSigningKey(alg)
    const [, payload = ''] = makeToken().split('.')
    const token = signParts({ alg, typ: 'at+jwt', kid: key.kid }, Buffer.from(payload, 'base64url'), key)
    const page = await openInspector({ keys: [key.jwk] })
    const findBad = async (asked: string) =>
      (await inspect(page, asked)).checks.filter((check) => !/: (good|skipped)$/.test(check))
    expect(JSON.parse(await page.getByLabel('Keys').inputValue())).toEqual({ keys: [key.jwk] })
    expect(await findBad(token)).toEqual([])
    expect((await inspect(page, token)).accepted).toBe(true)
    const [head, body, signature = ''] = token.split('.')
    const spoilt = Buffer.from(signature, 'base64url')
    spoilt.writeUInt8((spoilt.at(3) ?? 0) ^ 1, 3)
    expect(await findBad(`${head}.${body}.${spoilt.toString('base64url')}`)).toEqual(['signature: bad'])
    await page.context().close()
  },
)

test('no request is made with the token in it, nor any at all once the page is there: it works offline', async () => {
  const page = await openInspector({ keys: [issuerKey.jwk] })
  await page.waitForLoadState('networkidle')
  const asked: string[] = []
  page.on('request', (request) =>
    asked.push(`${request.url()} ${request.postData() ?? ''} ${JSON.stringify(request.headers())}`),
  )
  await page.context().setOffline(true)
  expect((await inspect(page, makeToken())).accepted).toBe(true)
  await page.getByLabel('Scopes of the route').fill('orders:read orders:refund')
  await expect.poll(async () => page.getByText('1 of 14 checks fail').isVisible()).toBe(true)
  await page.getByLabel('Scopes of the route').fill('orders:read')
  await page.getByText('The guard accepts it').waitFor()
  expect(asked).toEqual([])
  // Nothing keeps it: neither this browser, nor the address.
  expect(await page.evaluate('JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])')).toBe(
    '[[],[]]',
  )
  expect(page.url()).toBe(`${scene.consoleUrl}/inspector`)
  await page.context().close()
})

test('a token of this very issuer is verified by its public keys, with nothing to fill in but the audience', async () => {
  const page = await scene.openSignedIn()
  const asked = page.waitForRequest((request) => request.url().endsWith('/userinfo'))
  await page.reload()
  const token = ((await asked).headers().authorization ?? '').replace('Bearer ', '')
  await page.getByRole('link', { name: 'Token inspector' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.getByLabel('Audience').fill('urn:ostiary:admin')
  const { accepted, checks } = await inspect(page, token)
  expect([accepted, checks.filter((check) => !check.endsWith('good'))]).toEqual([true, []])
  await page.getByText('Signed in', { exact: true }).waitFor()
  await page.context().close()
})

test.each([
  ['desk, light', { viewport: desk }],
  ['desk, dark', { viewport: desk, colorScheme: 'dark' }],
  ['phone, dark', { viewport: phone, colorScheme: 'dark' }],
  ['320 px', { viewport: narrow }],
] as const)('%s: no barrier that axe-core finds, and nothing wider than the window', async (_, options) => {
  const page = await openInspector({ keys: [issuerKey.jwk] }, options)
  expect(await findBarriers(page)).toEqual([])
  await inspect(page, makeToken({ exp: nowSeconds - 60, aud: 'https://elsewhere.example.com' }))
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints.filter((complaint) => !complaint.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
})
