import { expect, test } from 'vitest'
import type { Client } from './client.ts'
import { isRedirectUriOf } from './redirect-uri.ts'

const of = (...redirectUris: readonly string[]) => ({ redirectUris }) as unknown as Client
const ip = 'http://127.0.0.1/callback'

test.each([
  ['https://app.example.com/cb', 'https://app.example.com/cb'],
  ['com.example.app:/cb', 'com.example.app:/cb'],
  [ip, ip],
  [ip, 'http://127.0.0.1:1/callback'],
  [ip, 'http://127.0.0.1:61234/callback'],
  ['http://127.0.0.1:5000/callback', 'http://127.0.0.1:61234/callback'],
  ['http://127.0.0.1:5000/callback', ip],
  ['http://127.0.0.1:5000/', 'http://127.0.0.1:6/'],
  ['http://127.0.0.1', 'http://127.0.0.1:61234'],
  ['http://127.0.0.1?a=b', 'http://127.0.0.1:61234?a=b'],
  ['http://[::1]/callback', 'http://[::1]:61234/callback'],
  ['http://[::1]:5000/callback', 'http://[::1]/callback'],
  ['http://localhost/callback', 'http://localhost:61234/callback'],
  ['http://127.0.0.1/callback?a=b', 'http://127.0.0.1:61234/callback?a=b'],
])('RFC 8252 §7.3: of %s, %s is taken', (registered, presented) => {
  expect(isRedirectUriOf(of(registered), presented)).toBe(true)
  expect(isRedirectUriOf(of('https://other.example/', registered), presented)).toBe(true)
})

test.each([
  ['https://app.example.com/cb', 'https://app.example.com:8443/cb'],
  ['https://app.example.com/cb', 'https://app.example.com/cb/'],
  ['https://app.example.com/cb', 'https://app.example.com/cb?a'],
  ['https://app.example.com/cb', 'https://APP.example.com/cb'],
  ['https://app.example.com/cb', 'https://app.example.com/%63b'],
  ['http://app.example.com/cb', 'http://app.example.com:61234/cb'],
  ['https://127.0.0.1/cb', 'https://127.0.0.1:61234/cb'],
  ['com.example.app:/cb', 'com.example.app:/'],
  [ip, 'https://127.0.0.1:61234/callback'],
  [ip, 'http://127.0.0.1:61234/other'],
  [ip, 'http://127.0.0.1:61234/callback?a'],
  [ip, 'http://127.0.0.1:61234/callback#a'],
  [ip, 'http://127.0.0.1:61234/callback/'],
  [ip, 'http://127.0.0.1:61234/x/../callback'],
  [ip, 'http://127.0.0.1:61234/%63allback'],
  [ip, 'http://127.0.0.1:/callback'],
  [ip, 'http://127.0.0.1:612345/callback'],
  [ip, 'http://127.0.0.1:000080/callback'],
  [ip, 'http://127.0.0.1:99999/callback'],
  [ip, 'http://127.0.0.1:1:2/callback'],
  [ip, 'http://127.0.0.1:80\t80/callback'],
  [ip, 'http://127.0.0.1:80\\callback'],
  [ip, 'http://127.1:61234/callback'],
  [ip, 'http://127.0.0.2:61234/callback'],
  [ip, 'http://localhost:61234/callback'],
  [ip, 'http://user@127.0.0.1:61234/callback'],
  [ip, 'http://127.0.0.1:61234@evil.example/callback'],
  [ip, 'http://127.0.0.1.evil.example:61234/callback'],
  [ip, 'HTTP://127.0.0.1:61234/callback'],
  [ip, ' http://127.0.0.1:61234/callback'],
  [ip, 'http://127.0.0.1:61234/callback\n'],
  [ip, 'not a URL'],
  ['http://127.0.0.1/a:5000/callback', 'http://127.0.0.1/a:61234/callback'],
  ['http://127.0.0.1/a?x=http://b:5000/', 'http://127.0.0.1/a?x=http://b:61234/'],
  ['http://[::1]/callback', 'http://[::2]:61234/callback'],
  ['http://not a URL', 'http://127.0.0.1:61234/'],
])('RFC 9700 §4.1.3: of %s, %j is not', (registered, presented) => {
  expect(isRedirectUriOf(of(registered), presented)).toBe(false)
})

test('of a client without any, none is', () => {
  expect(isRedirectUriOf(of(), ip)).toBe(false)
})
