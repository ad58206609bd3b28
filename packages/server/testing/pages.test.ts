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
import { heaviestTheme } from './heaviest-theme.ts'
import {
  type PageServer,
  pagesForDevelopers,
  sampleMails,
  samplePages,
  servePages,
  serveRedirectingLogin,
  serveSamplePages,
} from './sample-pages.ts'

const projectRoot = path.join(import.meta.dirname, '../../..')
const naughtyFile = path.join(projectRoot, '../shared/vectors/naughty-strings/blns.json')
const naughtyStrings: readonly string[] = existsSync(naughtyFile) ? JSON.parse(readFileSync(naughtyFile, 'utf8')) : []
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const names = Object.keys(samplePages)
const everyPage = languages
  .flatMap((language) => names.map((name) => ({ language, name })))
  .filter(({ language, name }) => language === 'en' || !pagesForDevelopers.has(name))
const everyMail = languages.flatMap((language) => Object.keys(sampleMails).map((name) => ({ language, name })))
const language: Language = 'en'
const theme = ostiaryTheme
const phone = { width: 390, height: 844 }
const desk = { width: 1280, height: 800 }
const mostBytes = 30_000
/** The reference is one page of all that there is. */
const budgets: Readonly<Record<string, number>> = { 'admin-reference': 250_000 }

let browser: Browser
let samples: PageServer
/** The same pages with everything that a theme can have. */
let branded: PageServer
/** One window for all tests that only look: a window for each would take most of their time. */
let window: Page

beforeAll(async () => {
  browser = await launchBrowser()
  samples = await serveSamplePages()
  branded = await serveSamplePages(heaviestTheme())
  // Without motion: where light turns to dark, colours in between would be looked at.
  window = await browser.newPage({ viewport: phone, reducedMotion: 'reduce' })
})

afterAll(async () => {
  await samples?.[Symbol.asyncDispose]()
  await branded?.[Symbol.asyncDispose]()
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

/** What axe-core finds on the page as it is shown now, with everything opened that can be. */
async function findWithAxe(page: Page, options: axe.RunOptions): Promise<readonly unknown[]> {
  const results = await page.evaluate(async (runOptions) => {
    for (const details of document.querySelectorAll('details')) details.open = true
    const { axe: loaded } = globalThis as unknown as { axe: typeof axe }
    return await loaded.run(document, { ...runOptions, resultTypes: ['violations', 'incomplete'] })
  }, options)
  // The run did look at the page, its colours included.
  expect(results.passes.map(({ id }) => id)).toContain('color-contrast')
  return [...results.violations, ...results.incomplete].map(({ id, nodes }) => [id, nodes.map((n) => n.html)])
}

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const wholePage: axe.RunOptions = { runOnly: { type: 'tag', values: [...wcag, 'best-practice'] } }
const coloursAlone: axe.RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } }
/** What the other direction of writing can change. */
const rightToLeft: axe.RunOptions = {
  runOnly: {
    type: 'rule',
    values: ['color-contrast', 'target-size', 'html-has-lang', 'html-lang-valid', 'valid-lang'],
  },
}
/** What a theme and a wide window can change. */
const coloursAndSizes: axe.RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'target-size'] } }

describe('WCAG 2.2 AA: axe-core', () => {
  it.each(names)('has no finding on %s in English, light and dark, on a phone', async (name) => {
    await window.setViewportSize(phone)
    await window.emulateMedia({ colorScheme: 'light' })
    await window.goto(`${samples.origin}/en/${name}`)
    await window.evaluate(axeSource)
    expect(await findWithAxe(window, wholePage)).toEqual([])
    await window.emulateMedia({ colorScheme: 'dark' })
    expect(await findWithAxe(window, coloursAlone)).toEqual([])
  })

  // The markup is that of English. German words change the layout alone, which is looked at below.
  it.each(names.filter((name) => !pagesForDevelopers.has(name)))(
    'has no finding on %s from right to left, on a phone',
    async (name) => {
      await window.setViewportSize(phone)
      await window.emulateMedia({ colorScheme: 'light' })
      await window.goto(`${samples.origin}/ar/${name}`)
      await window.evaluate(axeSource)
      expect(await findWithAxe(window, rightToLeft)).toEqual([])
    },
  )

  it.each(names)('has no finding on %s with the boldest theme, light and dark, on a desk', async (name) => {
    await window.setViewportSize(desk)
    await window.goto(`${branded.origin}/en/${name}`)
    await window.evaluate(axeSource)
    for (const colorScheme of ['light', 'dark'] as const) {
      await window.emulateMedia({ colorScheme })
      expect(await findWithAxe(window, coloursAndSizes)).toEqual([])
    }
  })

  it.each(everyMail)('has no finding on the mail $name in $language, light and dark', async ({ name, language }) => {
    await window.setViewportSize(phone)
    await window.emulateMedia({ colorScheme: 'light' })
    await window.goto(`${branded.origin}/${language}/${name}`)
    await window.evaluate(axeSource)
    // Without the practices of pages: a mail has no landmarks.
    expect(await findWithAxe(window, { runOnly: { type: 'tag', values: wcag } })).toEqual([])
    await window.emulateMedia({ colorScheme: 'dark' })
    expect(await findWithAxe(window, coloursAlone)).toEqual([])
  })
})

/** How far what is shown has moved by itself since the page was opened: its cumulative layout shift. */
async function measureShift(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    let sum = 0
    const add = (entries: PerformanceEntryList) => {
      for (const entry of entries) sum += (entry as unknown as { value: number }).value
    }
    const observer = new PerformanceObserver((list) => add(list.getEntries()))
    observer.observe({ type: 'layout-shift', buffered: true })
    // A shift is reported with the frame after it.
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
    await new Promise((resolve) => setTimeout(resolve, 0))
    add(observer.takeRecords())
    return sum
  })
}

describe('the page', () => {
  let page: Page
  const requests: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    page = await browser.newPage({ viewport: phone })
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
  })

  it.each(everyPage)(
    'loads $name in $language with one request, no complaint, within its budget of bytes; nothing moves, all fits, no control is small',
    async ({ name, language }) => {
      requests.length = 0
      complaints.length = 0
      const url = `${branded.origin}/${language}/${name}`
      await page.setViewportSize(phone)
      const answer = await page.goto(url)
      expect(requests.filter((request) => !request.startsWith('data:'))).toEqual([url])
      // It is all that is loaded, so its bytes are all bytes.
      expect((await answer?.body())?.length).toBeLessThanOrEqual(budgets[name] ?? mostBytes)
      expect(await measureShift(page)).toBe(0)
      const { lang, dir, background } = await page.evaluate(() => ({
        lang: document.documentElement.lang,
        dir: getComputedStyle(document.body).direction,
        background: getComputedStyle(document.documentElement).backgroundColor,
      }))
      expect({ lang, dir }).toEqual({ lang: language, dir: directionOf(language) })
      // The policy let the style through: this is the paper.
      expect(background).toBe('rgb(251, 250, 247)')
      expect(complaints).toEqual([])
      expect(await page.evaluate(listSmallControls)).toEqual([])
      await page.setViewportSize({ width: 320, height: 640 })
      expect(await widthOfContent(page)).toBeLessThanOrEqual(320)
      await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%', 'important'))
      expect(await widthOfContent(page)).toBeLessThanOrEqual(320)
    },
  )

  it('is measured by a shift that would be seen', async () => {
    await window.goto(`${samples.origin}/en/login`)
    await window.evaluate(async () => {
      await new Promise(requestAnimationFrame)
      const late = document.createElement('p')
      late.textContent = 'Late'
      document.querySelector('h1')?.before(late)
    })
    expect(await measureShift(window)).toBeGreaterThan(0)
  })

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

  it('is laid out from right to left in Arabic: what begins on the left in English begins on the right', async () => {
    const edges = async (language: Language) => {
      await window.setViewportSize(desk)
      await window.goto(`${samples.origin}/${language}/account`)
      return await window.evaluate(() =>
        ['.brand .mark', 'nav li', 'main h1', 'main button'].map((selector) => {
          const box = document.querySelector(selector)?.getBoundingClientRect()
          const start = document.documentElement.dir === 'rtl' ? innerWidth - (box?.right ?? 0) : box?.left
          return [selector, Math.round(start ?? 0)]
        }),
      )
    }
    expect(await edges('ar')).toEqual(await edges('en'))
    const directions = await window.evaluate(() => [...document.querySelectorAll('code')].map((code) => code.dir))
    expect(new Set(directions)).toEqual(new Set(directions.length > 0 ? ['ltr'] : []))
  })

  it('says nothing in Latin letters where it speaks Arabic, but for names, codes and values, which are isolated', async () => {
    const found = new Set<string>()
    for (const name of names.filter((one) => !pagesForDevelopers.has(one))) {
      await window.goto(`${samples.origin}/ar/${name}`)
      for (const text of await window.evaluate(listLatinTexts)) found.add(`${name}: ${text}`)
    }
    expect([...found]).toEqual([])
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

/** Runs in the browser: what can be pressed and is lower than 44 px, with everything opened that can be. */
function listSmallControls(): string[] {
  for (const details of document.querySelectorAll('details')) details.open = true
  // A box to tick is small; what is pressed is its label.
  const controls = 'button, nav a, footer a, summary, .choice, input:not([type=hidden], [type=checkbox])'
  const shown = [...document.querySelectorAll(controls)].filter((control) => control.checkVisibility())
  return shown.filter((control) => control.getBoundingClientRect().height < 44).map((control) => control.outerHTML)
}

/** Runs in the browser: texts in Latin letters that nothing marks as a name, a code or a value. */
function listLatinTexts(): string[] {
  const marked = 'bdi, code, style, script, [dir=ltr], [dir=auto], title, option'
  const texts: string[] = []
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode
    const text = (textContent ?? '').replaceAll(/[\u2066\u2068].*?\u2069|\b[A-Z]{2,5}\b/g, '')
    if (parentElement?.closest(marked) == null && /[A-Za-z]{2,}/.test(text)) texts.push(text.trim())
  }
  return texts
}

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

  it('skips the navigation of the account area, which tells where one is, and reaches the profile and "Sign out" first', async () => {
    await inPage(`${samples.origin}/en/account`, blind, async (page) => {
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').innerText()).toBe('Skip to content')
      expect(await page.locator(':focus').boundingBox()).toMatchObject({ y: 8 })
      expect(await page.locator('nav [aria-current=page]').innerText()).toBe('Overview')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('A')
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
