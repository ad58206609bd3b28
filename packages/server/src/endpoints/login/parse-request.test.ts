import { describe, expect, it } from 'vitest'
import { parseReturnTo } from '../parse-return-to.ts'
import { parseLoginRequest } from './parse-request.ts'

describe('RFC 9700 §4.11: the login page is no open redirector', () => {
  const origin = 'https://login.example.com'
  it.each([
    ['/account', '/account'],
    ['/authorize?client_id=a&state=%2F%2Fx', '/authorize?client_id=a&state=%2F%2Fx'],
    ['/a#b', '/a#b'],
    ['/a/../account', '/account'],
  ])('%j is a path of ours', (given, path) => {
    expect(parseReturnTo(given, origin)).toBe(path)
  })

  it.each([
    undefined,
    '',
    'account',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example/',
    'https://login.example.com.evil.example/',
    'https://login.example.com/account',
    'javascript:alert(1)',
    '\\\\evil.example',
    ' //evil.example',
  ])('%j leads nowhere', (given) => {
    expect(parseReturnTo(given, origin)).toBeUndefined()
  })
})

describe('the login request', () => {
  it('RFC 6749 §3.1: an empty parameter counts as absent', () => {
    expect(parseLoginRequest({ username: 'a', password: 'b', audience: '', scope: '', client_id: '' })).toEqual({
      username: 'a',
      password: 'b',
      audience: undefined,
      scopes: undefined,
      clientId: 'ostiary',
      refreshIn: 'body',
    })
  })

  it('RFC 6749 §3.3: scopes are divided by blanks', () => {
    expect(parseLoginRequest({ username: 'a', password: 'b', scope: 'b a  c' }).scopes).toEqual(['b', 'a', 'c'])
  })
})
