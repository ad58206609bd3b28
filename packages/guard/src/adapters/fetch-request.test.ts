import { describe, expect, test } from 'vitest'
import { FetchRequest } from './fetch-request.ts'

/** Milliseconds to read the header once: the least of many times, since nothing makes it faster than it is. */
function measureReading(text: string): number {
  const request = new Request('https://api.example.com', { headers: { authorization: `Bearer ${text}!` } })
  const times = Array.from({ length: 20 }, () => {
    const startedAt = performance.now()
    new FetchRequest(request, undefined).header('authorization')
    return performance.now() - startedAt
  })
  return Math.min(...times)
}

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
    [['Digest username="a", realm="b", nc=00000001'], ['Digest username="a", realm="b", nc=00000001']],
  ])('%o', (lines, expected) => {
    const request = new Request('https://api.example.com')
    for (const line of lines) request.headers.append('authorization', line)
    expect(new FetchRequest(request, undefined).header('authorization')).toEqual(expected)
  })

  test.each([
    ['commas and blanks', ', '],
    ['blanks', ' '],
    ['tabs after commas', ',\t\t\t\t'],
    ['what looks like a scheme', ',a'],
  ])(
    'a long line of %s is taken apart in linear time: 8 times the length costs far less than 64 times as much',
    (_, part) => {
      const [short, long] = [measureReading(part.repeat(4_000)), measureReading(part.repeat(32_000))]
      expect(long / short).toBeLessThan(32)
    },
  )

  test('a header that is absent is undefined, and another one keeps its commas', () => {
    const request = new Request('https://api.example.com', { headers: { accept: 'text/html, text/plain' } })
    expect(new FetchRequest(request, undefined).header('authorization')).toBeUndefined()
    expect(new FetchRequest(request, undefined).header('accept')).toBe('text/html, text/plain')
  })
})
