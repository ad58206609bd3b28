import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, ConsoleScene, desk, expectNoSidewaysScroll, findBarriers, narrow, phone } from './console-scene.ts'

let scene: ConsoleScene
beforeAll(async () => {
  scene = await ConsoleScene.start({ issuerPath: '/tenant' })
})
afterAll(() => scene?.[Symbol.asyncDispose]())

test('who opens the console is led to sign in and comes back to that address; a reload asks for nothing', async () => {
  const page = await scene.open()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(`${scene.consoleUrl}/nowhere?x=1`)
  await page.waitForURL(`${scene.server.issuer}/login**`)
  await scene.signIn(page)
  expect(page.url()).toBe(`${scene.consoleUrl}/nowhere?x=1`)
  await page.getByText(`Signed in as ${admin.username}`).waitFor()
  await page.reload()
  await page.getByText(`Signed in as ${admin.username}`).waitFor()
  // RFC 9700 §4.3: nothing that opens anything is in a URL, but the code, which PKCE binds to this tab.
  expect(asked.filter((url) => /token=|or_|eyJ/.test(url))).toEqual([])
  expect(asked.filter((url) => new URL(url).origin !== new URL(scene.server.issuer).origin)).toEqual([])
  expect(await page.evaluate('Object.keys(sessionStorage).concat(Object.keys(localStorage))')).toEqual([])
  await page.context().close()
})

test('RFC 6749 §10.12: an answer that this tab did not ask for signs nobody in, and says so', async () => {
  const page = await scene.open()
  await page.goto(
    `${scene.consoleUrl}/callback?code=stolen&state=guessed&iss=${encodeURIComponent(scene.server.issuer)}`,
  )
  await page.getByText('This sign-in was not begun in this tab').waitFor()
  expect(page.url()).toBe(`${scene.consoleUrl}/`)
  await page.context().close()
})

test('a duplicate of a tab takes no refresh token along: it gets a session of its own, and both live', async () => {
  const page = await scene.openSignedIn()
  const opened = page.context().waitForEvent('page')
  // A window that a page opens begins with a copy of its storage, as a duplicate does.
  await page.evaluate(() => void window.open(location.href, '_blank'))
  const other = await opened
  await other.getByText('Signed in as').waitFor()
  for (const one of [page, other, page, other]) {
    await one.reload()
    await one.getByText('Signed in as').waitFor()
  }
  const metrics = await (await fetch(`${scene.server.running.url}/metrics`)).text()
  expect(metrics).not.toMatch(/ostiary_refreshes_total\{outcome="reused"\} [1-9]/)
  await page.context().close()
})

test('signing out ends the session at the server', async () => {
  const page = await scene.openSignedIn()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are signed out here.').waitFor()
  await page.reload()
  await page.waitForURL(/\/console\//)
  await page.context().close()
})

test('the keyboard alone: past the rail, to a page by letters, through the palette and back', async () => {
  const page = await scene.openSignedIn('/nowhere')
  await page.getByText('There is nothing at this address').waitFor()
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('content')
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await page.waitForURL(`${scene.consoleUrl}/`)
  // Whoever reads by ear begins at the title.
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Page' }).fill('overv')
  expect(await findBarriers(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await page.title()).toBe('Overview · Ostiary')
  await page.context().close()
})

test.each([
  ['desk, light', { viewport: desk }],
  ['desk, dark', { viewport: desk, colorScheme: 'dark' }],
  ['phone', { viewport: phone }],
  ['320 px', { viewport: narrow }],
] as const)('%s: no barrier that axe-core finds, and nothing wider than the window', async (_, options) => {
  const page = await scene.openSignedIn('/', options)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await expectNoSidewaysScroll(page)
  const menu = page.getByRole('button', { name: 'Menu' })
  if (await menu.isVisible()) {
    await menu.click()
    await page.getByRole('dialog').getByRole('link', { name: 'Overview' }).waitFor()
    expect(await findBarriers(page)).toEqual([])
    await page.getByRole('dialog').getByText('Dark').click()
    expect(await findBarriers(page)).toEqual([])
  }
  await page.context().close()
})

test('nothing of all that broke the policy of the page or threw', () => {
  expect(scene.complaints).toEqual([])
})
