import { expect, test } from 'vitest'
import { decodeBase64url } from './base64url.ts'

test.each([
  ['', ''],
  ['Zg', 'f'],
  ['Zm8', 'fo'],
  ['Zm9v', 'foo'],
  ['Zm9vYmE', 'fooba'],
  ['_-8', '\xff\xef'],
])('RFC 4648 §10: %j is decoded', (text, bytes) => {
  expect(decodeBase64url(text)?.toString('latin1')).toBe(bytes)
})

test.each([
  ['one character of a group', 'Z'],
  ['five characters', 'Zm9vY'],
  ['padding', 'Zg=='],
  ['bits of the last of two characters that no byte uses', 'Zh'],
  ['bits of the last of three characters that no byte uses', 'Zm9'],
  ['the plus of another alphabet', '+-8A'],
  ['the slash of another alphabet', '/-8A'],
  ['a blank within', 'Zm 9v'],
  ['a line feed behind', 'Zm9v\n'],
  ['a character whose lower byte would be a digit', 'İm9v'],
  ['four such characters', 'İİİİ'],
  ['half a character', '\ud830m9v'],
])('RFC 7515 §2, RFC 4648 §3.5: %s is refused', (_what, text) => {
  expect(decodeBase64url(text)).toBeUndefined()
})
