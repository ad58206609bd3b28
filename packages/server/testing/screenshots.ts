// Takes pictures of every page: `node packages/server/testing/screenshots.ts [folder]`.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { languages } from '../src/platform/html/language.ts'
import { launchBrowser } from './browser.ts'
import { samplePages, serveSamplePages } from './sample-pages.ts'

const viewports = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } }
const defaultFolder = path.join(import.meta.dirname, '../../../node_modules/.cache/ostiary/screenshots')

async function photograph(browser: Browser, origin: string, folder: string): Promise<number> {
  let pictures = 0
  for (const [device, viewport] of Object.entries(viewports)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await using context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      for (const language of languages) {
        for (const name of Object.keys(samplePages)) {
          await page.goto(`${origin}/${language}/${name}`)
          await page.screenshot({ path: path.join(folder, `${name}-${language}-${device}-${colorScheme}.png`) })
          pictures += 1
        }
      }
    }
  }
  return pictures
}

const folder = path.resolve(process.argv[2] ?? defaultFolder)
mkdirSync(folder, { recursive: true })
await using server = await serveSamplePages()
await using browser = await launchBrowser()
console.log(`${await photograph(browser, server.origin, folder)} pictures in ${folder}`)
