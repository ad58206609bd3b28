import { expect, test } from 'vitest'
import { isJsonObject, parseJsonObject } from './parse-json-object.ts'

test('RFC 8259: an object in UTF-8 is parsed; of a repeated member the last one counts', () => {
  expect(parseJsonObject(Buffer.from('{"a":1,"b":"Žofie 🦉","a":2}'))).toEqual({ a: 2, b: 'Žofie 🦉' })
  expect(parseJsonObject(Buffer.from(' {} \n'))).toEqual({})
})

test.each(['', 'null', '[]', '[{}]', '7', '"text"', 'true', '{', "{'a':1}", '{} {}', '\uFEFF{}'])(
  '%j is none',
  (text) => {
    expect(parseJsonObject(Buffer.from(text))).toBeUndefined()
  },
)

test('RFC 8725 §3.7: an object with a byte that is no UTF-8 is none, though a decoder would read on', () => {
  expect(parseJsonObject(Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')]))).toBeUndefined()
})

test('null, lists and what is no object are no JSON objects', () => {
  expect([null, [], [{}], undefined, 7, '{}', {}, { a: null }].map(isJsonObject)).toEqual([
    ...Array(6).fill(false),
    true,
    true,
  ])
})
