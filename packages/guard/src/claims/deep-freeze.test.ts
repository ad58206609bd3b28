import { expect, test } from 'vitest'
import { deepFreeze } from './deep-freeze.ts'

test('plain objects and arrays are frozen, at each depth', () => {
  const inner = { c: 1 }
  const list = [inner]
  const bare = Object.assign(Object.create(null), { d: {} })
  const value = { a: { b: list }, bare, none: null, text: 'x' }
  deepFreeze(value)
  for (const part of [value, value.a, list, inner, bare, bare.d]) expect(Object.isFrozen(part)).toBe(true)
})

test('what a schema made of it that is neither stays as it is, and so does what is within', () => {
  const date = new Date(0)
  const map = new Map([['a', {}]])
  const own = Object.assign(Object.create({ inherited: {} }), { within: {} })
  const value = { date, map, own }
  deepFreeze(value)
  expect(Object.isFrozen(value)).toBe(true)
  for (const part of [date, map, own, own.within, own.inherited]) expect(Object.isFrozen(part)).toBe(false)
})

test('what is frozen already is not looked into', () => {
  const within = {}
  deepFreeze(Object.freeze({ within }))
  expect(Object.isFrozen(within)).toBe(false)
})

test('null and what is no object pass', () => {
  for (const value of [null, undefined, 7, 'text', true]) expect(() => deepFreeze(value)).not.toThrow()
})

test('an empty list and an empty object are frozen', () => {
  const [list, object] = [[], {}]
  deepFreeze(list)
  deepFreeze(object)
  expect([Object.isFrozen(list), Object.isFrozen(object)]).toEqual([true, true])
})
