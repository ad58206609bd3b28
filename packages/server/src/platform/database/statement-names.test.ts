import { expect, test } from 'vitest'
import { StatementNames } from './statement-names.ts'

function use(names: StatementNames, text: string, times: number): string | undefined {
  let name: string | undefined
  for (let time = 0; time < times; time++) name = names.find(text)
  return name
}

test('a statement that comes often gets a name of its own, that it keeps', () => {
  const names = new StatementNames({ isOff: false })
  expect(use(names, 'SELECT 1', 4)).toBeUndefined()
  const name = names.find('SELECT 1')
  expect(name).toMatch(/^o_[\w-]{22}$/)
  expect(names.find('SELECT 1')).toBe(name)
  expect(use(names, 'SELECT 2', 5)).not.toBe(name)
})

test('10,000 lists of different lengths get no name, and those that come again get so many at most', () => {
  const names = new StatementNames({ isOff: false })
  const texts = Array.from({ length: 10_000 }, (_, index) => `SELECT ${index}`)
  expect(texts.map((text) => names.find(text)).filter(Boolean)).toEqual([])
  const given = new Set(texts.flatMap((text) => use(names, text, 9) ?? []))
  expect(given.size).toBe(250)
})

test('a text of lists is too long for a name, and none has one once they are turned off', () => {
  const names = new StatementNames({ isOff: false })
  expect(use(names, `SELECT ${'$1,'.repeat(5000)}`, 9)).toBeUndefined()
  expect(use(names, 'SELECT 1', 9)).toBeDefined()
  names.turnOff()
  expect(use(names, 'SELECT 1', 9)).toBeUndefined()
  expect(use(new StatementNames({ isOff: true }), 'SELECT 1', 9)).toBeUndefined()
})
