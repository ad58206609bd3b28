import { Problem } from './problem.ts'

/** Far more than any page or request of ours has. Bodies are parsed before anybody waits in a line, so that each must cost little. */
const MOST_FIELDS = 256
/** Objects and lists of a JSON text. Each takes some fifty bytes for its two, as long as the request waits. */
const MOST_CONTAINERS = 1000

/**
 * A form's fields, each at most once.
 *
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 * @throws Problem 400 `malformed_form` for a bad percent-encoding or bytes that are not UTF-8; `repeated_parameter` (RFC 6749 §3.1);
 * 413 `too_many_parameters`.
 */
export function parseForm(body: Buffer): Record<string, string> {
  const fields = new Map<string, string>()
  const pairs = decodeUtf8(body, 'malformed_form').split('&', MOST_FIELDS + 1)
  if (pairs.length > MOST_FIELDS) throw tooMany()
  for (const pair of pairs) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decodeComponent(at < 0 ? pair : pair.slice(0, at))
    if (fields.has(name)) throw repeated(name)
    fields.set(name, at < 0 ? '' : decodeComponent(pair.slice(at + 1)))
  }
  return Object.fromEntries(fields)
}

/**
 * A JSON object.
 *
 * @throws Problem 400 `malformed_json` for anything else, `repeated_parameter` for a name that stands twice in it; 413 `too_many_parameters`.
 */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  const text = decodeUtf8(body, 'malformed_json')
  if (hasTooManyContainers(text)) throw tooMany()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Problem({
      status: 400,
      code: 'malformed_json',
      detail: 'The body is not JSON. Check it for commas, quotes and brackets.',
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem({ status: 400, code: 'malformed_json', detail: 'The body must be one JSON object.' })
  }
  if (Object.keys(value).length > MOST_FIELDS) throw tooMany()
  const twice = findRepeatedName(text)
  if (twice !== undefined) throw repeated(twice)
  return { ...value }
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a]
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b])
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d])

function hasTooManyContainers(text: string): boolean {
  let count = 0
  // Shorter texts can't have them.
  for (let at = 0; at < text.length && text.length > MOST_CONTAINERS; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = findEndOfString(text, at)
    else if (opening.has(unit)) count += 1
    if (count > MOST_CONTAINERS) return true
  }
  return false
}

/** The first member name that stands twice in the outermost object of a valid JSON text (RFC 8259 §4 leaves the meaning open). */
function findRepeatedName(text: string): string | undefined {
  const seen = new Set<string>()
  let depth = 0
  let lastString: { readonly from: number; readonly to: number } | undefined
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) {
      const to = findEndOfString(text, at)
      lastString = { from: at, to }
      at = to
    } else if (opening.has(unit)) depth += 1
    else if (closing.has(unit)) depth -= 1
    else if (unit === COLON && depth === 1 && lastString) {
      const name = String(JSON.parse(text.slice(lastString.from, lastString.to + 1)))
      if (seen.has(name)) return name
      seen.add(name)
    }
  }
  return undefined
}

/** Where the string ends that begins here. */
function findEndOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) return at
    if (unit === BACKSLASH) at += 1
  }
  return text.length
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Buffer, code: 'malformed_form' | 'malformed_json'): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Problem({ status: 400, code, detail: 'The body is not UTF-8.' })
  }
}

const PERCENT = 0x25

function decodeComponent(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    // `decodeURIComponent` takes ten times as long for many of them.
    return utf8.decode(decodePercents(Buffer.from(text.replaceAll('+', ' '))))
  } catch {
    throw new Problem({
      status: 400,
      code: 'malformed_form',
      detail: 'The form is not encoded as application/x-www-form-urlencoded. Write a percent sign as %25.',
    })
  }
}

/** In place. */
function decodePercents(bytes: Buffer): Buffer {
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === PERCENT) {
      bytes[length++] = readHexDigit(bytes[at + 1]) * 16 + readHexDigit(bytes[at + 2])
      at += 2
    } else bytes[length++] = byte
  }
  return bytes.subarray(0, length)
}

/** By the byte that stands for it; NaN for any other byte. */
const hexDigits = Array.from({ length: 256 }, (_, byte) => Number.parseInt(String.fromCharCode(byte), 16))

function readHexDigit(byte: number | undefined): number {
  const digit = byte === undefined ? Number.NaN : (hexDigits[byte] ?? Number.NaN)
  if (Number.isNaN(digit)) throw new RangeError('no hexadecimal digit')
  return digit
}

function repeated(name: string): Problem {
  const shown = /^[\w.-]{1,64}$/.test(name) ? `"${name}"` : 'A parameter'
  return new Problem({
    status: 400,
    code: 'repeated_parameter',
    detail: `${shown} stands twice in the request. Send it once.`,
  })
}

function tooMany(): Problem {
  return new Problem({
    status: 413,
    code: 'too_many_parameters',
    detail: `The body has more than ${MOST_FIELDS} parameters, or ${MOST_CONTAINERS} objects and lists.`,
  })
}
