import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForm, parseJsonObject } from './parse-body.ts'
import { Problem } from './problem.ts'

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  return 'no problem'
}

const wellFormed = fc.string({ unit: 'grapheme' })

describe('a form', () => {
  it('whatever URLSearchParams writes is read back exactly', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          wellFormed.filter((name) => name !== ''),
          wellFormed,
        ),
        (fields) => {
          const body = Buffer.from(new URLSearchParams(fields).toString())
          expect(parseForm(body)).toEqual({ ...fields })
        },
      ),
    )
  })

  it('a name that stands twice is refused however it is encoded', () => {
    expect(codeOf(() => parseForm(Buffer.from('scope=a&sc%6fpe=b')))).toBe('repeated_parameter')
    expect(codeOf(() => parseForm(Buffer.from('a&a')))).toBe('repeated_parameter')
  })

  it.each(['a=%', 'a=%2', 'a=%zz', '%ff=a', 'a=%c3'])('%j is no form', (text) => {
    expect(codeOf(() => parseForm(Buffer.from(text)))).toBe('malformed_form')
  })

  it('percent-encoded text is read as decodeURIComponent reads it, or refused where that throws', () => {
    const piece = fc.oneof(
      fc.constantFrom('%', '%e2', '%82', '%AC', '%zz', '%ed%a0%80', '%F0%9F', '+', 'ü'),
      wellFormed,
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('').replaceAll(/[&=]/g, '')
        let expected: string | undefined
        try {
          expected = decodeURIComponent(text.replaceAll('+', ' '))
        } catch {
          expected = undefined
        }
        const body = Buffer.from(`a=${text}`)
        if (expected === undefined) expect(codeOf(() => parseForm(body))).toBe('malformed_form')
        else expect(parseForm(body)).toEqual({ a: expected })
      }),
    )
  })

  it('of 256 parameters is read, and of more refused before they are', () => {
    const ofSize = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => `a${index}=%zz`).join('&'))
    expect(codeOf(() => parseForm(ofSize(256)))).toBe('malformed_form')
    expect(codeOf(() => parseForm(ofSize(257)))).toBe('too_many_parameters')
  })

  it('a name such as __proto__ is a field like any other', () => {
    const fields = parseForm(Buffer.from('__proto__=x&constructor=y'))
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })
})

describe('a JSON object', () => {
  it('whatever JSON.stringify writes of an object is read back exactly, and no name is taken for a repeated one', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object)
        expect(JSON.stringify(parseJsonObject(Buffer.from(text)))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('RFC 8259 §4: a name that stands twice in it is refused, however it is escaped and wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.tuple(fc.string(), fc.jsonValue())),
        fc.jsonValue(),
        (name, others, value) => {
          const members = [[name, value] as const, ...others, [name, 1] as const]
          const text = `{${members.map(([key, content]) => `${JSON.stringify(key)}:${JSON.stringify(content)}`).join(',')}}`
          expect(codeOf(() => parseJsonObject(Buffer.from(text)))).toBe('repeated_parameter')
        },
      ),
    )
    expect(codeOf(() => parseJsonObject(Buffer.from('{"a":1,"\\u0061":2}')))).toBe('repeated_parameter')
  })

  it('of 256 members is read, and of more refused', () => {
    const ofSize = (size: number) =>
      Buffer.from(JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, index) => [`a${index}`, 1]))))
    expect(codeOf(() => parseJsonObject(ofSize(256)))).toBe('no problem')
    expect(codeOf(() => parseJsonObject(ofSize(257)))).toBe('too_many_parameters')
  })

  it('of 1,000 objects and lists is read, whatever its texts hold, and of more refused before it is parsed', () => {
    const ofSize = (size: number) => Buffer.from(`{"a":"[[[","b":${'['.repeat(size - 1)}${']'.repeat(size - 1)}}`)
    expect(codeOf(() => parseJsonObject(ofSize(1000)))).toBe('no problem')
    expect(codeOf(() => parseJsonObject(ofSize(1001)))).toBe('too_many_parameters')
    const texts = JSON.stringify({ a: '[{"'.repeat(5000), b: '\\"[' })
    expect(codeOf(() => parseJsonObject(Buffer.from(texts)))).toBe('no problem')
  })

  it('the same name in two different objects is no repetition', () => {
    expect(codeOf(() => parseJsonObject(Buffer.from('{"a":{"x":1},"b":{"x":1},"c":["a","a"]}')))).toBe('no problem')
  })
})
