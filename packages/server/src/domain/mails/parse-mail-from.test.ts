import { expect, test } from 'vitest'
import { parseMailFrom } from './parse-mail-from.ts'

test.each([
  ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
  ['Example <no-reply@example.com>', { name: 'Example', address: 'no-reply@example.com' }],
  ['"Example, Inc." <no-reply@example.com>', { name: 'Example, Inc.', address: 'no-reply@example.com' }],
  ['<no-reply@example.com>', { name: '', address: 'no-reply@example.com' }],
  ['Türsteher <tür@bücher.example>', { name: 'Türsteher', address: 'tür@bücher.example' }],
])('%s is read', (text, mailbox) => {
  expect(parseMailFrom(text)).toEqual(mailbox)
})

test.each([
  '',
  'the front door',
  'a@example.com, b@example.com',
  'Example <a@example.com> <b@example.com>',
  'Example <not an address>',
  'Example\r\nBcc: eve@example.com <a@example.com>',
  'Example <a@example.com\r\nBcc: eve@example.com>',
  `${'x'.repeat(101)} <a@example.com>`,
  'moc.elpmaxe\u202e <a@example.com>',
])('%j is refused', (text) => {
  expect(parseMailFrom(text)).toBeUndefined()
})
