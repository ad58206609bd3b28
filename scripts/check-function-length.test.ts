import { expect, test } from 'vitest'
import { findLongFunctions } from './check-function-length.ts'
import { parseModule } from './read-module.ts'

const linesWithin = (count: number) => 'step()\n'.repeat(count)

test.each([
  ['a function', (body: string) => `function f() {\n${body}}\n`],
  ['an arrow', (body: string) => `const f = () => {\n${body}}\n`],
  ['a method', (body: string) => `class C { f() {\n${body}} }\n`],
])('house style: %s of 61 lines is long, one of 60 is not', (_, wrap) => {
  expect(findLongFunctions(parseModule('a.ts', wrap(linesWithin(58))))).toEqual([])
  expect(findLongFunctions(parseModule('a.ts', wrap(linesWithin(59))))).toEqual([{ file: 'a.ts', first: 1, last: 61 }])
})

test('house style: a line in a long function within a long function counts once', () => {
  const inner = `const f = () => {\n${linesWithin(70)}}\n`
  expect(findLongFunctions(parseModule('a.ts', `function f() {\n${inner}}\n`))).toHaveLength(1)
})
