import { Problem } from './problem.ts'

/**
 * A form's fields, each at most once.
 *
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 * @throws Problem 400 `malformed_form` for a bad percent-encoding or bytes that are not UTF-8; `repeated_parameter` (RFC 6749 §3.1).
 */
export function parseForm(body: Buffer): Record<string, string> {
  const fields = new Map<string, string>()
  for (const pair of decodeUtf8(body, 'malformed_form').split('&')) {
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
 * @throws Problem 400 `malformed_json` for anything else, `repeated_parameter` for a name that stands twice in it.
 */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  const text = decodeUtf8(body, 'malformed_json')
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
  const twice = findRepeatedName(text)
  if (twice !== undefined) throw repeated(twice)
  return { ...value }
}

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** The first member name that stands twice in the outermost object of a valid JSON text (RFC 8259 §4 leaves the meaning open). */
function findRepeatedName(text: string): string | undefined {
  const seen = new Set<string>()
  let depth = 0
  let lastString: string | undefined
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    if (token === ':' && depth === 1 && lastString !== undefined) {
      const name = String(JSON.parse(lastString))
      if (seen.has(name)) return name
      seen.add(name)
    }
    lastString = token.startsWith('"') ? token : undefined
  }
  return undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Buffer, code: 'malformed_form' | 'malformed_json'): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Problem({ status: 400, code, detail: 'The body is not UTF-8.' })
  }
}

function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Problem({
      status: 400,
      code: 'malformed_form',
      detail: 'The form is not encoded as application/x-www-form-urlencoded. Write a percent sign as %25.',
    })
  }
}

function repeated(name: string): Problem {
  const shown = /^[\w.-]{1,64}$/.test(name) ? `"${name}"` : 'A parameter'
  return new Problem({
    status: 400,
    code: 'repeated_parameter',
    detail: `${shown} stands twice in the request. Send it once.`,
  })
}
