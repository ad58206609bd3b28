import { expect, test } from 'vitest'
import { pages } from './pages.ts'

test('each page has a letter, an address and a name of its own', () => {
  for (const member of ['letter', 'path', 'name'] as const) {
    const values = pages.map((page) => page[member])
    expect(values.filter((value, at) => values.indexOf(value) !== at)).toEqual([])
  }
  for (const { letter } of pages) expect(letter).toMatch(/^[a-z]$/)
})
