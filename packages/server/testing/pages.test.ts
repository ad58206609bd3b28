import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type axe from 'axe-core'
import fc from 'fast-check'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderAccountPage } from '../src/endpoints/account/account-page.ts'
import { issuerUrls } from '../src/endpoints/issuer-urls.ts'
import { renderLoginPage } from '../src/endpoints/login/login-page.ts'
import { html } from '../src/platform/html/html.ts'
import { directionOf, type Language, languages } from '../src/platform/html/language.ts'
import { renderPage } from '../src/platform/html/render-page.ts'
import { ostiaryTheme } from '../src/platform/html/theme.ts'
import { launchBrowser } from './browser.ts'
import { type PageServer, samplePages, servePages, serveRedirectingLogin, serveSamplePages } from './sample-pages.ts'

const projectRoot = path.join(import.meta.dirname, '../../..')
const naughtyFile = path.join(projectRoot, '../shared/vectors/naughty-strings/blns.json')
const naughtyStrings: readonly string[] = existsSync(naughtyFile) ? JSON.parse(readFileSync(naughtyFile, 'utf8')) : []
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const names = Object.keys(samplePages)
const everyPage = languages.flatMap((language) => names.map((name) => ({ language, name })))
const language: Language = 'en'
const theme = ostiaryTheme
const phone = { width: 390, height: 844 }

let browser: Browser
let samples: PageServer

beforeAll(async () => {
  browser = await launchBrowser()
  samples = await serveSamplePages()
})

afterAll(async () => {
  await samples?.[Symbol.asyncDispose]()
  await browser?.close()
})

/** Opens a page in a context of its own and runs a check in it. */
async function inPage(
  url: string,
  options: BrowserContextOptions,
  check: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    await page.goto(url)
    await check(page)
  } finally {
    await context.close()
  }
}

describe.each(['light', 'dark'] as const)('axe-core in %s', (colorScheme) => {
  it.each(everyPage)('has no finding on $name in $language', async ({ name, language }) => {
    await inPage(`${samples.origin}/${language}/${name}`, { viewport: phone, colorScheme }, async (page) => {
      await page.evaluate(axeSource)
      const results = await page.evaluate(async () => {
        const { axe: loaded } = globalThis as unknown as { axe: typeof axe }
        return await loaded.run(document, { resultTypes: ['violations', 'incomplete'] })
      })
      const findings = [...results.violations, ...results.incomplete].map(({ id, nodes }) => [
        id,
        nodes.map((n) => n.html),
      ])
      expect(findings).toEqual([])
      // The run did look at the page, its colours included.
      expect(results.passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'html-has-lang']))
    })
  })
})

describe('the page', () => {
  it.each(everyPage)('loads $name in $language with one request and no complaint', async ({ name, language }) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    const url = `${samples.origin}/${language}/${name}`
    await page.goto(url)
    expect(requests.filter((request) => !request.startsWith('data:'))).toEqual([url])
    expect(complaints).toEqual([])
    const { lang, dir, background } = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      dir: getComputedStyle(document.body).direction,
      background: getComputedStyle(document.documentElement).backgroundColor,
    }))
    expect({ lang, dir }).toEqual({ lang: language, dir: directionOf(language) })
    // The policy let the style through: this is the paper.
    expect(background).toBe('rgb(251, 250, 247)')
    await context.close()
  })

  it.each(everyPage)(
    'fits $name in $language into 320 px, with letters of twice the size too',
    async ({ name, language }) => {
      const options = { viewport: { width: 320, height: 640 }, bypassCSP: true }
      await inPage(`${samples.origin}/${language}/${name}`, options, async (page) => {
        expect(await widthOfContent(page)).toBeLessThanOrEqual(320)
        await page.addStyleTag({ content: 'html{font-size:200%!important}' })
        expect(await widthOfContent(page)).toBeLessThanOrEqual(320)
      })
    },
  )

  it('fits a user name of 256 letters without a space into 320 px', async () => {
    const username = 'W'.repeat(256)
    const account = {
      account: { username, email: username },
      session: { openedAt: 0 },
      sessions: [],
      now: 0,
      urls: issuerUrls('https://login.example.com'),
      consents: [],
      apiKeys: [],
    }
    await using server = await servePages(() => renderAccountPage({ ...account, language, theme }))
    await inPage(server.origin, { viewport: { width: 320, height: 640 } }, async (page) => {
      expect(await widthOfContent(page)).toBeLessThanOrEqual(320)
    })
  })

  it.each(everyPage)('has only controls of 44 px or more in $name in $language', async ({ name, language }) => {
    await inPage(`${samples.origin}/${language}/${name}`, { viewport: phone }, async (page) => {
      for (const summary of await page.locator('summary').all()) await summary.click()
      // A box to tick is small; what is pressed is its label.
      const controls = 'button, nav a, summary, .choice, input:not([type=hidden], [type=checkbox])'
      for (const control of await page.locator(controls).filter({ visible: true }).all()) {
        expect((await control.boundingBox())?.height).toBeGreaterThanOrEqual(44)
      }
    })
  })

  it.each([
    { reducedMotion: 'reduce', longest: 0 },
    { reducedMotion: 'no-preference', longest: 0.15 },
  ] as const)('moves for $longest s at most with $reducedMotion', async ({ reducedMotion, longest }) => {
    await inPage(`${samples.origin}/en/login`, { reducedMotion }, async (page) => {
      const durations = await page.evaluate(() =>
        [...document.querySelectorAll('*')].map((element) =>
          Number.parseFloat(getComputedStyle(element).transitionDuration),
        ),
      )
      expect(Math.max(...durations)).toBeLessThanOrEqual(longest)
    })
  })
})

async function widthOfContent(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth)
}

describe('with the keyboard alone and without JavaScript', () => {
  const blind = { javaScriptEnabled: false, viewport: phone }

  /** What has the focus now, and whether that can be seen. */
  async function focused(page: Page): Promise<string> {
    const element = page.locator(':focus')
    const outline = await element.evaluate((node) => {
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(node)
      return `${outlineWidth} ${outlineStyle}, ${outlineOffset} off`
    })
    expect(outline).toBe('2px solid, 2px off')
    return await element.evaluate((node) => node.id || node.tagName)
  }

  it.each([
    { name: 'login', order: ['username', 'password', 'BUTTON'] },
    { name: 'login-refused', order: ['password', 'BUTTON'] },
  ])('goes through $name in the order of reading, the focus always seen', async ({ name, order }) => {
    await inPage(`${samples.origin}/en/${name}`, blind, async (page) => {
      const seen = [await focused(page)]
      while (seen.length < order.length) {
        await page.keyboard.press('Tab')
        seen.push(await focused(page))
      }
      expect(seen).toEqual(order)
    })
  })

  it('skips the navigation of the account area, which tells where one is, and reaches "Sign out" first', async () => {
    await inPage(`${samples.origin}/en/account`, blind, async (page) => {
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').innerText()).toBe('Skip to content')
      expect(await page.locator(':focus').boundingBox()).toMatchObject({ y: 8 })
      expect(await page.locator('nav [aria-current=page]').innerText()).toBe('Overview')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('BUTTON')
      const posted = page.waitForRequest((request) => request.method() === 'POST')
      await page.keyboard.press('Enter')
      expect(new URL((await posted).url()).pathname).toBe('/logout')
    })
  })

  it('sends the form with Enter: user name, password and return address, and where it comes from', async () => {
    await inPage(`${samples.origin}/en/login`, blind, async (page) => {
      // The page gives the focus when it has been drawn, which may be after it was loaded.
      await page.locator('#username:focus').waitFor()
      await page.keyboard.type('ada')
      await page.keyboard.press('Tab')
      await page.keyboard.type('correct horse')
      const posted = page.waitForRequest((request) => request.method() === 'POST')
      await page.keyboard.press('Enter')
      const request = await posted
      expect(new URL(request.url()).pathname).toBe('/login')
      expect(Object.fromEntries(new URLSearchParams(request.postData() ?? ''))).toEqual({
        return_to: '/account',
        username: 'ada',
        password: 'correct horse',
      })
      // The check against forged forms needs these two; the referrer policy must not blank them.
      expect(await request.headerValue('origin')).toBe(samples.origin)
      expect(await request.headerValue('sec-fetch-site')).toBe('same-origin')
    })
  })
})

describe('text in the browser', () => {
  /** What would happen if a text were taken for markup, each noted in `happened`. */
  function watch(page: Page, origin: string, happened: string[]): void {
    page.on('dialog', (dialog) => {
      happened.push(`dialog ${dialog.message()}`)
      dialog.dismiss().catch(() => undefined)
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) happened.push(request.url())
    })
    page.on('pageerror', (error) => happened.push(error.message))
  }

  /** Runs in the browser: loads the pages `/a…` and `/l…` as whole documents, side by side in frames that could run scripts. */
  async function loadInFrames(count: number): Promise<readonly { text: unknown; value: unknown; elements: number }[]> {
    async function load(address: string): Promise<Document> {
      const frame = document.createElement('iframe')
      frame.hidden = true
      frame.srcdoc = await (await fetch(address)).text()
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
      const content = frame.contentDocument
      if (content === null) throw new Error(`${address} left our origin`)
      return content
    }
    async function show(index: number) {
      const [account, login] = await Promise.all([load(`/a${index}`), load(`/l${index}`)])
      return {
        text: account.querySelector('#username')?.textContent,
        value: login.querySelector('#username')?.getAttribute('value'),
        elements: account.querySelectorAll('*').length + login.querySelectorAll('*').length,
      }
    }
    const shown = []
    for (let first = 0; first < count; first += 20) {
      const batch = Array.from({ length: Math.min(20, count - first) }, (_, offset) => show(first + offset))
      shown.push(...(await Promise.all(batch)))
      for (const frame of document.querySelectorAll('iframe')) frame.remove()
    }
    return shown
  }

  // Without the policy, so that escaping has to hold on its own.
  async function openUnprotected(): Promise<BrowserContext> {
    return await browser.newContext({ bypassCSP: true })
  }

  it.skipIf(naughtyStrings.length === 0)(
    'shows each of the naughty strings exactly, as user name in text and in a field, and runs none',
    async () => {
      await using server = await servePages((path) => {
        const username = naughtyStrings[Number(path.slice(2))] ?? ''
        const account = {
          account: { username },
          session: { openedAt: 0 },
          sessions: [],
          now: 0,
          urls: issuerUrls('https://login.example.com'),
          consents: [],
          apiKeys: [],
        }
        return path.startsWith('/a')
          ? renderAccountPage({ ...account, language, theme })
          : renderLoginPage({ action: '/login', username, problem: 'refused', language, theme })
      })
      const context = await openUnprotected()
      const page = await context.newPage()
      const happened: string[] = []
      watch(page, server.origin, happened)
      await page.goto(`${server.origin}/login`)
      const shown = await page.evaluate(loadInFrames, naughtyStrings.length)
      expect(shown.map(({ text }) => text)).toEqual(naughtyStrings)
      expect(shown.map(({ value }) => value)).toEqual(naughtyStrings)
      // One count for all: no text ever became an element.
      expect(new Set(shown.map(({ elements }) => elements)).size).toBe(1)
      expect(happened).toEqual([])
      await context.close()
    },
  )

  it('shows any text exactly, in text, in an attribute and in the title', async () => {
    let texts: readonly string[] = []
    await using server = await servePages(() => {
      const body = html`<ol>${texts.map((text) => html`<li title="${text}">${text}</li>`)}</ol>`
      return renderPage({ title: 'Texts', language, theme, body })
    })
    const context = await openUnprotected()
    const page = await context.newPage()
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', '!', '-', 'b', '\r', '\n', ' ', 'lt;', '#39'),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 20, maxLength: 60 }), async (given) => {
        texts = given
        await page.goto(server.origin, { waitUntil: 'domcontentloaded' })
        const shown = await page
          .locator('li')
          .evaluateAll((items) => items.map((item) => [item.textContent, item.getAttribute('title')]))
        // U+0000 can not be in a document; it is shown as U+FFFD.
        const expected = given.map((one) => one.replaceAll('\0', '\u{FFFD}'))
        expect(shown).toEqual(expected.map((one) => [one, one]))
      }),
      { numRuns: 40 },
    )
    await context.close()
  })
})

describe('the policy in the browser', () => {
  it('runs no inline script, handler or foreign style, were one ever to get into a page', async () => {
    await inPage(`${samples.origin}/en/login`, {}, async (page) => {
      const refused = await page.evaluate(async () => {
        const directives: string[] = []
        document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective))
        const script = document.createElement('script')
        script.textContent = 'document.title = "ran"'
        const image = document.createElement('img')
        image.setAttribute('onerror', 'document.title = "ran"')
        image.setAttribute('src', 'data:image/png,none')
        const style = document.createElement('style')
        style.textContent = 'body { display: none }'
        const frame = document.createElement('iframe')
        frame.src = 'https://example.com/'
        document.body.append(script, image, style, frame)
        await new Promise((resolve) => setTimeout(resolve, 200))
        return [...new Set(directives)].sort()
      })
      expect(refused).toEqual(['frame-src', 'script-src-attr', 'script-src-elem', 'style-src-elem'])
      expect(await page.title()).toBe('Sign in · Ostiary')
      expect(await page.locator('body').isVisible()).toBe(true)
    })
  })

  it.each([
    { claim: 'leads from the form to a named form target', named: true },
    { claim: 'CSP3 §6.4.2: stops the form from leading anywhere else', named: false },
  ])('$claim', async ({ named }) => {
    await using app = await servePages(() => 'You are back')
    await using login = await serveRedirectingLogin(`${app.origin}/callback`, named ? [`${app.origin}/callback`] : [])
    await inPage(login.origin, {}, async (page) => {
      const end = named
        ? page.waitForURL(`${app.origin}/callback`)
        : page.waitForEvent('console', (message) => message.text().includes('form-action'))
      await page.locator('#password').fill('correct horse')
      await page.keyboard.press('Enter')
      await end
      expect(new URL(page.url()).origin).toBe(named ? app.origin : login.origin)
    })
  })
})
