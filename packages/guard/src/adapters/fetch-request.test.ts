import { describe, expect, test } from 'vitest'
import { FetchRequest } from './fetch-request.ts'

describe('url', () => {
  test.each([
    ['https://api.example.com', '/'],
    ['https://api.example.com?page=2', '/?page=2'],
    ['https://api.example.com/orders?page=2', '/orders?page=2'],
    ['https://api.example.com:8443//orders/?next=https://a.example/b', '//orders/?next=https://a.example/b'],
    ['https://api.example.com/orders?token=abc#top', '/orders?token=abc'],
  ])('%s has the path and query %s', (url, expected) => {
    expect(new FetchRequest(new Request(url), undefined).url).toBe(expected)
  })
})

describe('RFC 9110 §5.3: Authorization is no list, so what was joined is taken apart', () => {
  test.each([
    [['Bearer abc'], 'Bearer abc'],
    [
      ['Bearer abc', 'Bearer def'],
      ['Bearer abc', 'Bearer def'],
    ],
    [
      ['Bearer abc', 'Bearer abc'],
      ['Bearer abc', 'Bearer abc'],
    ],
    [
      ['Basic YTpi', 'Bearer abc'],
      ['Basic YTpi', 'Bearer abc'],
    ],
    [
      ['Basic YTpi', 'Bearer'],
      ['Basic YTpi', 'Bearer'],
    ],
    [
      ['', 'Bearer abc'],
      ['', 'Bearer abc'],
    ],
    [['Digest username="a", realm="b", nc=00000001'], 'Digest username="a", realm="b", nc=00000001'],
  ])('%o', (lines, expected) => {
    const request = new Request('https://api.example.com')
    for (const line of lines) request.headers.append('authorization', line)
    expect(new FetchRequest(request, undefined).header('authorization')).toEqual(expected)
  })

  test('a long line of commas and blanks is taken apart in linear time', () => {
    const value = `Bearer ${', '.repeat(4_000)}${' '.repeat(4_000)},${'a'.repeat(50_000)}!,\u0080`.slice(0, 60_000)
    const request = new Request('https://api.example.com', { headers: { authorization: value } })
    expect(new FetchRequest(request, undefined).header('authorization')).toBeDefined()
  })

  test('a header that is absent is undefined, and another one keeps its commas', () => {
    const request = new Request('https://api.example.com', { headers: { accept: 'text/html, text/plain' } })
    expect(new FetchRequest(request, undefined).header('authorization')).toBeUndefined()
    expect(new FetchRequest(request, undefined).header('accept')).toBe('text/html, text/plain')
  })
})
