import { describe, expect, it } from 'vitest'
import { readLines } from './read-lines.ts'
import { scanElements } from './scan-elements.ts'

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const sizes = [1, 2, 3, 7, 1000]

describe.each(sizes)('in chunks of %i bytes', (size) => {
  it('lines end with a line feed alone, and tell where they end', async () => {
    const text = 'a\r\n\nß\u2028b\n𝄞'
    const lines = await Array.fromAsync(readLines(cut(text, size)))
    expect(lines).toEqual([
      { number: 1, text: 'a', end: 3 },
      { number: 2, text: '', end: 4 },
      { number: 3, text: 'ß\u2028b', end: 11 },
      { number: 4, text: '𝄞', end: 15 },
    ])
    const [, , third] = lines
    const rest = Buffer.from(text).subarray(third?.end).toString()
    expect(await Array.fromAsync(readLines(cut(rest, size), { offset: 11, lines: 3 }))).toEqual(lines.slice(3))
  })

  it.each<[string, string, boolean, [array: string, text: string][]]>([
    [
      'an array',
      ' [{"a":"]}"},\n{"b":[{"c":1}]}, 3, "x", {}]',
      false,
      [
        ['', '{"a":"]}"}'],
        ['', '{"b":[{"c":1}]}'],
        ['', '{}'],
      ],
    ],
    [
      'objects by themselves',
      '{"a":"\\"{"}\n{"b":{"c":[]}}\n',
      false,
      [
        ['', '{"a":"\\"{"}'],
        ['', '{"b":{"c":[]}}'],
      ],
    ],
    [
      'an object of arrays',
      '{"realm":"x","roles":{"realm":[{"no":1}]},"users":[{"a":"\\\\"},{"b":1}],"n":1,"gr\\u00f6":[],"account":[{"c":[2]}]}',
      true,
      [
        ['users', '{"a":"\\\\"}'],
        ['users', '{"b":1}'],
        ['account', '{"c":[2]}'],
      ],
    ],
    ['an array where an object could be', '[{"a":1}]', true, [['', '{"a":1}']]],
    ['nothing', '', false, []],
    ['an object that is cut off', '{"users":[{"a":1},{"b":', true, [['users', '{"a":1}']]],
    ['no JSON', 'username,email\nada,"a"\n', false, []],
  ])('%s is scanned', async (_, text, isWrapped, expected) => {
    const found = await Array.fromAsync(scanElements(cut(text, size), { isWrapped }))
    expect(found.map(({ array, text: element }) => [array, element])).toEqual(expected)
    expect(found.map(({ number }) => number)).toEqual(expected.map((__, index) => index + 1))
  })
})

it('a piece that is too long is told and passed over, and what follows is read', async () => {
  async function* long(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('[{"a":"')
    for (let part = 0; part < 18; part += 1) yield Buffer.alloc(1 << 20, 'x')
    yield Buffer.from('"},{"b":1}]\nnext')
  }
  const found = await Array.fromAsync(scanElements(long(), { isWrapped: false }))
  expect(found.map(({ text }) => text)).toEqual([undefined, '{"b":1}'])
  const lines = await Array.fromAsync(readLines(long()))
  expect(lines.map(({ text }) => text)).toEqual([undefined, 'next'])
})
