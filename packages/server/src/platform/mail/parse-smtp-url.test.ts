import { expect, test } from 'vitest'
import { parseSmtpUrl } from './parse-smtp-url.ts'

const unencrypted = 'allowUnencryptedConnection=yes'

test.each([
  ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, encryption: 'starttls' }],
  ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, encryption: 'tls' }],
  ['smtp://mail.example.com:2525/', { host: 'mail.example.com', port: 2525, encryption: 'starttls' }],
  [`smtp://mail.example.com?${unencrypted}`, { encryption: 'if_offered' }],
  ['smtp://localhost:25', { host: 'localhost', port: 25, encryption: 'none' }],
  ['smtp://127.0.0.1', { host: '127.0.0.1', encryption: 'none' }],
  ['smtp://[::1]:1025', { host: '::1', port: 1025, encryption: 'none' }],
  ['smtp://[2001:db8::25]', { host: '2001:db8::25', encryption: 'starttls' }],
  ['smtps://localhost', { encryption: 'tls' }],
  ['smtp://ada:p%40ss%3Aword%2F@mail.example.com', { credentials: { user: 'ada', password: 'p@ss:word/' } }],
])('%s is read', (text, server) => {
  expect(parseSmtpUrl(text)).toMatchObject({ ok: true, server })
})

test.each([
  ['', 'must be a URL'],
  ['mail.example.com', 'must be a URL'],
  ['https://ada:hidden@mail.example.com', 'must begin with'],
  ['smtp://', 'must name a host'],
  ['smtp://ada:hidden@mail%0d%0a.example.com', 'must name a host'],
  ['smtp://ada:hidden@mail.example.com/path', 'no path'],
  ['smtp://ada:hidden@mail.example.com#x', 'no fragment'],
  ['smtp://ada:hidden@mail.example.com?pool=true', 'no other option'],
  ['smtp://ada:hidden@mail.example.com?allowUnencryptedConnection=no', 'no other option'],
  [`smtp://ada:hidden@mail.example.com?${unencrypted}&${unencrypted}`, 'no other option'],
  ['smtp://ada@mail.example.com', 'both a user and a password'],
  ['smtp://:hidden@mail.example.com', 'both a user and a password'],
  ['smtp://ada:hidden%E0%A4%A@mail.example.com', 'percent-encoded'],
])('%s is refused in words that do not repeat it', (text, what) => {
  const parsed = parseSmtpUrl(text)
  expect(parsed).toEqual({ ok: false, what: expect.stringContaining(what) })
  expect(JSON.stringify(parsed)).not.toContain('hidden')
})
