import { describe, expect, it } from 'vitest'
import { languages } from '../language.ts'
import { errorWords, stringsIn } from './strings.ts'

const filled = 'in 40 seconds'

/** Every string by its path, functions filled in. */
function flatten(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value(filled, filled))]]
  return Object.entries(value as object).flatMap(([key, inner]) => flatten(inner, `${path}/${key}`))
}

const english = flatten(stringsIn('en'), '')
// The same word in both languages.
const equalOnPurpose = new Set(['de/error/status', 'de/accountActivity/factors/passkey', 'de/organizations/name'])

describe('strings', () => {
  it.each(languages)('%s has every string and no other', (language) => {
    expect(flatten(stringsIn(language), '').map(([path]) => path)).toEqual(english.map(([path]) => path))
  })

  it.each(languages)('%s leaves no string empty, unfilled or untrimmed', (language) => {
    for (const [path, text] of flatten(stringsIn(language), '')) {
      expect(text, path).toBe(text.trim())
      expect(text, path).not.toBe('')
      expect(text, path).not.toMatch(/undefined|TODO|\$\{/)
      if (path.endsWith('Until')) expect(text, path).toContain(filled)
    }
  })

  it.each(languages.filter((language) => language !== 'en'))('%s is translated', (language) => {
    const untranslated = flatten(stringsIn(language), '').filter(
      ([path, text]) => english.some(([, other]) => other === text) && !equalOnPurpose.has(`${language}${path}`),
    )
    expect(untranslated).toEqual([])
  })

  it('UAX #9 §6.3: ar isolates every name and every word in Latin letters, so that it turns nothing around it', () => {
    const latin = flatten(stringsIn('ar'), '').flatMap(([path, text]) => {
      const found =
        text
          .replaceAll(/[\u2066\u2068].*?\u2069/g, '')
          .replaceAll(filled, '')
          .match(/[A-Za-z]+/g) ?? []
      // Abbreviations such as API are words of Arabic texts too.
      return found.filter((word) => !/^[A-Z]{2,5}$/.test(word)).map((word) => `${path}: ${word}`)
    })
    expect(latin).toEqual([])
  })

  it('de has no word that only English has', () => {
    const words = /\b(the|and|your|you|with|this|that|are|is|of|to|for|from|sign|account|password)\b/
    const englishWords = flatten(stringsIn('de'), '').filter(([, text]) => words.test(text.replaceAll(filled, '')))
    expect(englishWords).toEqual([])
  })

  it.each([
    { status: 404, title: 'There is nothing here' },
    { status: 418, title: errorWords(400, 'en').title },
    { status: 502, title: errorWords(500, 'en').title },
  ])('words for status $status', ({ status, title }) => {
    expect(errorWords(status, 'en').title).toBe(title)
  })
})
