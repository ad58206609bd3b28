import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { forEachLanguage } from './for-each-language.ts'

test('something is made once for each language, and not before it is asked for', () => {
  const made: string[] = []
  const find = forEachLanguage((language) => {
    made.push(language)
    return { language }
  })
  expect(made).toEqual([])
  expect(find('de')).toBe(find('de'))
  expect(find('en')).toEqual({ language: 'en' })
  expect(made).toEqual(['de', 'en'])
})

test('no formatter of Intl is made for each call: what stands within a function is made by forEachLanguage', () => {
  const folder = path.join(import.meta.dirname, '../..')
  const files = globSync('**/*.ts', { cwd: folder }).filter((file) => !file.endsWith('.test.ts'))
  expect(files.length).toBeGreaterThan(500)
  const inFunctions = files.flatMap((file) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => /^\s+.*new Intl\./.test(line) && !/=>\s*new Intl\./.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  expect(inFunctions.toSorted()).toEqual([
    // Asks whether there is such a zone, for a person who changes their profile.
    "domain/profiles/parse-profile-change.ts: return /^[A-Za-z]/.test(text) && Boolean(new Intl.DateTimeFormat('en', { timeZone: text }))",
    // Once, when the module is loaded.
    "endpoints/account/profile-fields.ts: new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag,",
  ])
})
