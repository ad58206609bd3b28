import type { GuardRequest, TokenLocation } from '../guard.ts'
import type { TokenLocations } from '../guard-options.ts'
import { isJsonObject } from '../jws/parse-json-object.ts'

export interface FoundToken {
  readonly ok: true
  readonly token: string
  readonly place: TokenLocation
}

/** Why no token can be made out, though there is something. */
export interface MalformedToken {
  readonly ok: false
  /** For the log. */
  readonly sentence: string
}

type Search = FoundToken | MalformedToken | undefined

const severalTokens: MalformedToken = { ok: false, sentence: 'several tokens' }

function foundIn(place: TokenLocation, token: string): FoundToken {
  return { ok: true, token, place }
}

/**
 * Finds the token in the places where this guard looks. One in two places is malformed.
 *
 * What stands behind "Bearer" is handed out as it is: `isCredentials` says, when it turns out to be no token, whether the header was
 * malformed. Looking at each character beforehand would cost more than finding a known token.
 *
 * @see RFC 6750 §2, OAuth 2.1 §5.1
 */
export function findToken(request: GuardRequest, locations: TokenLocations): Search {
  let found = locations.header === false ? undefined : readAuthorization(request.header('authorization'))
  if (locations.cookie !== undefined) found = merge(found, readCookie(request.header('cookie'), locations.cookie))
  if (locations.query !== undefined) found = merge(found, readQuery(request.url, locations.query))
  if (locations.body !== undefined) found = merge(found, readBody(request, locations.body))
  return found
}

function merge(one: Search, other: Search): Search {
  if (one === undefined || other === undefined) return one ?? other
  return severalTokens
}

// RFC 9110 §11.1: a scheme's name doesn't distinguish case. RFC 6750 §2.1: "Bearer" 1*SP b64token.
const bearer = /^bearer( +|(?![!-~]))/i
const b64token = /^[\w.~+/-]+=*$/

/** Whether the text may stand in an Authorization header, a token or not. */
export function isCredentials(text: string): boolean {
  return b64token.test(text)
}

function readAuthorization(value: string | readonly string[] | undefined): Search {
  if (value === undefined) return undefined
  if (typeof value !== 'string') {
    if (value.length === 1) return readAuthorization(value[0])
    // RFC 9110 §5.3: Authorization is no list. Another scheme beside ours is none of our business, two of ours are.
    return value.some((one) => bearer.test(one)) ? severalTokens : undefined
  }
  if (value.startsWith('Bearer ') && value.charCodeAt(7) !== space) return foundIn('header', value.slice(7))
  // Another scheme is no token.
  const prefix = bearer.exec(value)?.[0]
  return prefix === undefined ? undefined : foundIn('header', value.slice(prefix.length))
}

const space = 32

function readCookie(value: string | readonly string[] | undefined, name: string): Search {
  if (value === undefined) return undefined
  const pairs = (typeof value === 'string' ? value : value.join(';')).split(';').map((pair) => pair.trim())
  const prefix = `${name}=`
  return pickOne(
    pairs.filter((pair) => pair.startsWith(prefix)).map((pair) => pair.slice(prefix.length)),
    'cookie',
  )
}

function readQuery(url: string, name: string): Search {
  const start = url.indexOf('?')
  if (start === -1) return undefined
  return pickOne(new URLSearchParams(url.slice(start + 1)).getAll(name), 'query')
}

function readBody({ method, body }: GuardRequest, name: string): Search {
  // RFC 6750 §2.2: not with methods whose body has no meaning.
  if (method === 'GET' || method === 'HEAD' || !isJsonObject(body) || !Object.hasOwn(body, name)) return undefined
  const value = body[name]
  return pickOne(Array.isArray(value) ? value : [value], 'body')
}

function pickOne(values: readonly unknown[], place: TokenLocation): Search {
  const [value] = values
  if (values.length > 1) return severalTokens
  // OAuth 2.1 §1.8: a parameter without a value is treated as omitted.
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? foundIn(place, value) : { ok: false, sentence: `no text in the ${place}` }
}
