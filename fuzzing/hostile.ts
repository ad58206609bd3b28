import fc from 'fast-check'

/** Texts that have broken parsers: half characters, NUL, look-alikes, names of prototypes, numbers beyond all bounds. */
const infamous = [
  '',
  ' ',
  '\u0000',
  '\n',
  '\r\n',
  '\ud800',
  '\udc00',
  '\ud800x',
  '\ufeff',
  '\u202e',
  '\u2028',
  '\u00a0',
  '\u200d',
  '\u0130',
  'ﬁ',
  'ａ',
  '１',
  '％',
  'ſ',
  'K',
  'e\u0301',
  '\ufdfa',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '9007199254740993',
  '99999999999999999999',
  '0x10',
  '1_000',
  '%',
  '%00',
  '%zz',
  '%ED%A0%80',
  '%2e%2e%2f',
  '../..',
  '//',
  '\\',
  '@',
  ':',
  ';',
  ',',
  '"',
  "'",
  '=',
  '==',
  '+',
  '-',
  '_',
  '.',
  '..',
  '#',
  '?',
  '&',
  '$',
  '*',
  '<',
  '{',
  '[',
  '127.0.0.1',
  '[::1]',
  '0x7f.1',
  '::ffff:127.0.0.1',
  'localhost',
  'https://',
  'javascript:',
] as const

/** A part again and again: what an expression that tries every way to match takes years for. */
const repeated = fc
  .tuple(
    fc.constantFrom(...infamous, 'a', 'a.', 'a-', '=a', ' ,', ';q=0', 'aA', '0', ':', '/', '\\"', '[', '{"a":'),
    fc.integer({ min: 2, max: 20_000 }),
  )
  .map(([part, times]) => part.repeat(Math.min(times, Math.ceil(40_000 / Math.max(part.length, 1)))))

const half = fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff')

/** Any text, as a stranger sends it. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ maxLength: 80 }) },
  { weight: 2, arbitrary: fc.constantFrom(...infamous) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...infamous), half, fc.string({ maxLength: 5 })), { maxLength: 8 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: repeated },
)

/** One change of a text: a part gone, doubled, moved, replaced, in another case, encoded, or with something hostile within. */
const change: fc.Arbitrary<(text: string) => string> = fc.oneof(
  place((text, at, length) => text.slice(0, at) + text.slice(at + length)),
  place((text, at, length) => text.slice(0, at + length) + text.slice(at)),
  place((text, at) => text.slice(0, at)),
  place((text, at) => text.slice(at)),
  place((text, at, length) => text.slice(0, at) + text.slice(at, at + length).toUpperCase() + text.slice(at + length)),
  place((text, at, length) => text.slice(0, at) + text.slice(at, at + length).toLowerCase() + text.slice(at + length)),
  place((text, at, length) => text.slice(0, at) + encodeEach(text.slice(at, at + length)) + text.slice(at + length)),
  place(
    (text, at, length) =>
      text.slice(0, at) + [...text.slice(at, at + length)].reverse().join('') + text.slice(at + length),
  ),
  place((text, at) => flipBit(text, at)),
  fc
    .tuple(fc.nat(), fc.oneof(fc.constantFrom(...infamous), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })))
    .map(
      ([at, part]) =>
        (text: string) =>
          splice(text, at % (text.length + 1), 0, part),
    ),
  fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...infamous), fc.string({ minLength: 1, maxLength: 3 }))).map(
    ([at, part]) =>
      (text: string) =>
        splice(text, at % (text.length + 1), 1, part),
  ),
)

function place(edit: (text: string, at: number, length: number) => string): fc.Arbitrary<(text: string) => string> {
  return fc.tuple(fc.nat(), fc.integer({ min: 1, max: 12 })).map(
    ([at, length]) =>
      (text: string) =>
        edit(text, at % (text.length + 1), length),
  )
}

function splice(text: string, at: number, length: number, part: string): string {
  return text.slice(0, at) + part + text.slice(at + length)
}

function encodeEach(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

function flipBit(text: string, at: number): string {
  const code = text.charCodeAt(at)
  return Number.isNaN(code) ? text : splice(text, at, 1, String.fromCharCode(code ^ (1 << (at % 8))))
}

/** Valid texts, each after no, one or a few changes. */
export function mutated(...valid: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...valid), fc.array(change, { maxLength: 4 }))
    .map(([text, changes]) => changes.reduce((changed, next) => next(changed), text))
}

/** Whatever may be sent where a parser expects one of these texts. */
export function textLike(...valid: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 3, arbitrary: mutated(...valid) }, { weight: 2, arbitrary: hostileText })
}

/** JSON that breaks what believes a member's type: what can be made neither a text nor a number, and what is nested deep. */
const infamousValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 1,
  '',
  [],
  {},
  [[]],
  [null],
  ['x', 'x'],
  { toString: 1, valueOf: 1 },
  [{ toString: null, valueOf: null }],
  JSON.parse('{"then":1}'),
  { toJSON: 1 },
  { length: -1 },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  { constructor: { prototype: { polluted: true } } },
]

/** A value within so many arrays, or objects. A report names it instead of writing it out. */
export function nest(depth: number, member?: string): object {
  const open = member === undefined ? '[' : `{${JSON.stringify(member)}:`
  const close = member === undefined ? ']' : '}'
  const nested: object = JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`)
  const name = `nest(${depth}${member === undefined ? '' : `, ${JSON.stringify(member)}`})`
  return Object.defineProperty(nested, fc.toStringMethod, { value: () => name, enumerable: false })
}

/** Any JSON value, as a stranger sends it. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...infamousValues) },
  { weight: 3, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 2_000 }), fc.constantFrom(undefined, 'a', '$date', '__proto__'))
      .map(([depth, member]) => nest(depth, member)),
  },
)

/** A good JSON object after some of its members, or of those within them, were replaced, removed or added to. */
export function mutatedObject(good: object, ...others: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const names = [...new Set([...Object.keys(good), ...others])]
  const edit = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: hostileText }),
    fc.oneof({ weight: 5, arbitrary: hostileJson }, { weight: 1, arbitrary: fc.constant(undefined) }),
    fc.nat(),
  )
  return fc.array(edit, { maxLength: 3 }).map((edits) => {
    const changed = structuredClone(good) as Record<string, unknown>
    for (const [name, value, at] of edits) replaceMember(changed, name, copy(value), at)
    return changed
  })
}

/** So that an edit within it leaves the constants above as they are. */
function copy(value: unknown): unknown {
  const name = (value as Partial<Record<symbol, unknown>> | null | undefined)?.[fc.toStringMethod]
  const copied: unknown = structuredClone(value)
  return name === undefined ? copied : Object.defineProperty(copied as object, fc.toStringMethod, { value: name })
}

/** The member itself, or one within it: which, `at` says. */
function replaceMember(object: Record<string, unknown>, name: string, value: unknown, at: number): void {
  const inner = Object.hasOwn(object, name) ? object[name] : undefined
  const keys = typeof inner === 'object' && inner !== null ? Object.keys(inner) : []
  const key = keys[at % (keys.length + 1)]
  if (key !== undefined) replaceMember(inner as Record<string, unknown>, key, value, Math.floor(at / 7))
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Bytes as a stranger sends them: of texts, of JSON, of anything; whole and cut. */
export function bytesLike(...valid: readonly string[]): fc.Arbitrary<Buffer> {
  return fc.oneof(
    textLike(...valid).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(mutated(...valid), fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, byte]) => {
      const bytes = Buffer.from(text)
      if (bytes.length > 0) bytes[at % bytes.length] = byte
      return bytes
    }),
  )
}

/** A text in pieces, as a network hands it over: cut anywhere, within a character too. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index]))
}
