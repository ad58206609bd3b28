import { expect, test } from 'vitest'
import { isSameResource } from './is-same-resource.ts'

test.each([
  ['https://api.example', 'https://api.example', true],
  ['https://api.example/', 'https://api.example', true],
  ['https://api.example', 'https://api.example/', true],
  ['HTTPS://API.example:443', 'https://api.example', true],
  ['https://api.example/Orders', 'https://api.example/Orders', true],
  ['https://api.example/orders/', 'https://api.example/orders', false],
  ['https://api.example/orders', 'https://api.example/Orders', false],
  ['http://api.example', 'https://api.example', false],
  ['https://api.example:8443', 'https://api.example', false],
  ['https://api.example.', 'https://api.example', false],
  ['https://somebody@api.example', 'https://api.example', false],
  ['https://api.example?', 'https://api.example', false],
  ['URN:ostiary:admin', 'urn:ostiary:admin', false],
  ['com.example.api:/', 'com.example.api:', false],
  ['', 'https://api.example', false],
  ['not a URI', 'https://api.example', false],
])('RFC 8707 §2, RFC 3986 §6.2: %j names %j: %s', (named, audience, isSame) => {
  expect(isSameResource(named, audience)).toBe(isSame)
})
