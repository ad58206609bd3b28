// `npm run screenshots [-- folder]`: takes a picture of every page and mail, and lists them in a README.md.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import type { Language } from '../src/platform/html/language.ts'
import { launchBrowser } from './browser.ts'
import { pagesForDevelopers, sampleMails, samplePages, serveSamplePages } from './sample-pages.ts'

/** Pictures of a desk are made smaller: there are many, and they stand in the repository. */
const viewports = {
  phone: { width: 390, height: 844, scale: 1 },
  desk: { width: 1280, height: 800, scale: 0.75 },
}
const schemes = ['light', 'dark'] as const
const defaultFolder = path.join(import.meta.dirname, '../../../docs/screenshots')

type Device = keyof typeof viewports

interface Series {
  readonly language: Language
  readonly device: Device
  readonly colorScheme: (typeof schemes)[number]
}

/** English everywhere; Arabic where it has least room, from right to left. */
const series: readonly Series[] = [
  ...(['phone', 'desk'] as const).flatMap((device) =>
    schemes.map((colorScheme): Series => ({ language: 'en', device, colorScheme })),
  ),
  { language: 'ar', device: 'phone', colorScheme: 'light' },
]

const names = [...Object.keys(samplePages), ...Object.keys(sampleMails)]

function isShown(name: string, language: Language): boolean {
  return language === 'en' || !pagesForDevelopers.has(name)
}

function fileOf(name: string, { language, device, colorScheme }: Series): string {
  return `${name}-${language}-${device}-${colorScheme}.webp`
}

async function photograph(browser: Browser, origin: string, one: Series, folder: string): Promise<void> {
  const { language, device, colorScheme } = one
  const { scale, ...viewport } = viewports[device]
  await using context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  for (const name of names.filter((candidate) => isShown(candidate, language))) {
    await page.goto(`${origin}/${language}/${name}`)
    const height = await page.evaluate(() => Math.max(document.documentElement.scrollHeight, innerHeight))
    // Playwright takes PNG and JPEG only; WebP is a quarter of either.
    const { data } = await session.send('Page.captureScreenshot', {
      format: 'webp',
      quality: 50,
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width: viewport.width, height, scale },
    })
    writeFileSync(path.join(folder, fileOf(name, one)), Buffer.from(data, 'base64'))
  }
}

function renderIndex(): string {
  const sections = names.map((name) => {
    const links = series
      .filter(({ language }) => isShown(name, language))
      .map((one) => `[${one.language} ${one.device} ${one.colorScheme}](${fileOf(name, one)})`)
    return `| ${name} | ${links.join(' · ')} |`
  })
  return `<!-- Written by \`npm run screenshots\`; don't edit. -->

# Every page, as people see it

In every state that looks different: English on a phone (390 px) and on a desk (1280 px), light and dark; Arabic on a phone.

| page | pictures |
|---|---|
${sections.join('\n')}
`
}

const folder = path.resolve(process.argv[2] ?? defaultFolder)
mkdirSync(folder, { recursive: true })
for (const file of readdirSync(folder)) if (file.endsWith('.webp')) rmSync(path.join(folder, file))
await using server = await serveSamplePages()
await using browser = await launchBrowser()
for (const one of series) await photograph(browser, server.origin, one, folder)
writeFileSync(path.join(folder, 'README.md'), renderIndex())
console.log(`${readdirSync(folder).length - 1} pictures in ${folder}`)
