// Part of `npm run screenshots [-- folder]`: takes a picture of every page of the console, with something on it, and lists them in a README.md.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { logIn } from '../../../packages/server/testing/test-server.ts'
import { createAdminCaller } from './call-admin.ts'
import { ConsoleScene, desk, phone } from './console-scene.ts'

const folder = path.join(
  path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../../../docs/screenshots')),
  'console',
)
const password = 'nine amber lanterns'
const audience = 'https://api.example.com'
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'
const SETTLED_MS = 900

const looks: readonly (readonly [name: string, options: BrowserContextOptions, scale: number])[] = [
  ['desk-light', { viewport: desk }, 0.75],
  ['desk-dark', { viewport: desk, colorScheme: 'dark' }, 0.75],
  ['phone-light', { viewport: phone }, 1],
]

/** Something for every page. Gives the places to photograph. */
async function fill(scene: ConsoleScene): Promise<Readonly<Record<string, string>>> {
  const call = await createAdminCaller(scene)
  const permissions = [{ name: 'orders:refund', description: 'Give money back', scope: null }]
  await call('POST', '/apis', { audience, name: 'Orders', scopes: ['orders:read', 'orders:write'], permissions })
  await call('POST', '/roles', { name: 'cashier', description: 'Sells, and gives money back' })
  const ids: string[] = []
  for (const username of ['grace.hopper', 'ada.byron', 'zoë', 'boris.petrov', 'mary.jackson']) {
    const email = `${username.normalize('NFD').replaceAll(/[^a-z.]/g, '')}@example.com`
    const { id } = await call<{ id: string }>('POST', '/accounts', { username, email, password })
    ids.push(id)
    await logIn(scene.server, { username, password, audience }, { 'user-agent': agent })
  }
  const [grace, , , boris] = ids
  await call('PUT', `/accounts/${grace}/roles/cashier`)
  await call('POST', `/accounts/${boris}/disable`)
  const redirect_uris = ['https://shop.example.com/callback']
  const shop = await call<{ id: string }>('POST', '/clients', {
    ...{ name: 'Corner Shop', type: 'confidential', redirect_uris, grants: ['authorization_code', 'refresh_token'] },
  })
  const blue = await call<{ id: string }>('POST', '/organizations', { name: 'Blue Door' })
  await call('PUT', `/organizations/${blue.id}/members/${grace}`, { roles: ['owner'] })
  const url = 'https://hooks.example.com/ostiary'
  const hook = await call<{ id: string }>('POST', '/webhooks', { url, events: ['account.*'], description: 'Billing' })
  const { items } = await call<{ items: { id: string }[] }>('GET', '/audit/events?act=account.disabled')
  return {
    ...{
      overview: '/',
      accounts: '/accounts',
      account: `/accounts/${grace}`,
      sessions: '/sessions',
      clients: '/clients',
    },
    ...{ client: `/clients/${shop.id}`, apis: '/apis', api: `/apis/${encodeURIComponent(audience)}`, roles: '/roles' },
    ...{ organizations: '/organizations', organization: `/organizations/${blue.id}`, audit: '/audit' },
    ...{ event: `/audit/${items[0]?.id}`, webhooks: '/webhooks', webhook: `/webhooks/${hook.id}` },
    ...{ keys: '/keys', revocation: '/revocation', guards: '/guards', settings: '/settings', inspector: '/inspector' },
  }
}

async function photograph(page: Page, file: string, scale: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const height = await page.evaluate(() => Math.max(document.documentElement.scrollHeight, innerHeight))
  const clip = { x: 0, y: 0, width: page.viewportSize()?.width ?? 0, height, scale }
  // Playwright takes PNG and JPEG only; WebP is a quarter of either.
  const { data } = await session.send('Page.captureScreenshot', {
    ...{ format: 'webp', quality: 50, captureBeyondViewport: true, clip },
  } as never)
  writeFileSync(path.join(folder, file), Buffer.from(data, 'base64'))
  await session.detach()
}

function renderIndex(names: readonly string[]): string {
  const rows = names.map((name) => {
    const links = looks.map(([look]) => `[${look.replace('-', ' ')}](${name}-${look}.webp)`)
    return `| ${name} | ${links.join(' · ')} |`
  })
  return `<!-- Written by \`npm run screenshots\`; don't edit. -->

# Every page of the console

| page | pictures |
|---|---|
${rows.join('\n')}
`
}

mkdirSync(folder, { recursive: true })
for (const file of readdirSync(folder)) if (file.endsWith('.webp')) rmSync(path.join(folder, file))
await using scene = await ConsoleScene.start()
const places = await fill(scene)
for (const [look, options, scale] of looks) {
  const page = await scene.openSignedIn('/accounts', options)
  for (const [name, place] of Object.entries(places)) {
    await page.goto(`${scene.consoleUrl}${place}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForTimeout(SETTLED_MS)
    await photograph(page, `${name}-${look}.webp`, scale)
  }
  await page.context().close()
}
writeFileSync(path.join(folder, 'README.md'), renderIndex(Object.keys(places)))
console.log(`${readdirSync(folder).length - 1} pictures in ${folder}`)
