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

  it('the same name in two different objects is no repetition', () => {
    expect(codeOf(() => parseJsonObject(Buffer.from('{"a":{"x":1},"b":{"x":1},"c":["a","a"]}')))).toBe('no problem')
  })
})
