import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { type AccessTokenPolicy, accessTokenType } from './claims/verify-access-token.ts'
import type { TokenLocation } from './guard.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import type { GuardOptions, TokenLocations } from './guard-options.ts'
import { type Algorithm, asymmetricAlgorithms, symmetricAlgorithms } from './jws/algorithm.ts'
import { decodeBase64url } from './jws/base64url.ts'
import { isJsonObject } from './jws/parse-json-object.ts'
import { quote } from './jws/quote.ts'
import { importKeySet, KeySetError } from './keys/import-key-set.ts'
import type { KeySet } from './keys/key-set.ts'
import { type AllowedAnonymous, parseOptional } from './request/parse-rule.ts'

/** A guard's options, checked and complete. */
export interface GuardSettings<Claims> {
  readonly policy: AccessTokenPolicy & { readonly audience: string }
  /** Undefined when the issuer's are to be followed. */
  readonly keySet: KeySet | undefined
  readonly clock: () => number
  readonly schema: GuardOptions<Claims & AccessTokenClaims>['claims']
  readonly locations: TokenLocations
  readonly locationNames: readonly TokenLocation[]
  readonly allowed: AllowedAnonymous
  readonly shapeRefusal: GuardOptions['shapeRefusal']
  readonly log: NonNullable<GuardOptions['log']>
  readonly cacheSize: number
  readonly fetch: typeof globalThis.fetch
}

/** Every option, for finding misspelt ones. The type holds it to the interface. */
export const optionNames: Readonly<Record<keyof GuardOptions, true>> = {
  issuer: true,
  audience: true,
  algorithms: true,
  keys: true,
  feed: true,
  clock: true,
  leewaySeconds: true,
  claims: true,
  locations: true,
  optional: true,
  shapeRefusal: true,
  log: true,
  cacheSize: true,
  fetch: true,
  allowInsecureIssuer: true,
}

/** Checks a guard's options. @throws GuardConfigurationError which says what is wrong and what is expected. */
export function parseOptions<Claims extends AccessTokenClaims>(options: GuardOptions<Claims>): GuardSettings<Claims> {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name))
  if (unknown !== undefined) refuse(`There is no option "${unknown}"`)
  if (options.feed !== undefined && options.feed !== false) refuse('feed can only be false in this version')
  const algorithms = parseAlgorithms(options)
  const locations = options.locations ?? {}
  return {
    policy: {
      issuer: parseIssuer(options.issuer, options.allowInsecureIssuer === true),
      audience: parseText('audience', options.audience),
      algorithms,
      type: accessTokenType,
      leewaySeconds: parseWithin('leewaySeconds', options.leewaySeconds ?? 15, 300),
    },
    keySet: parseKeys(options.keys, algorithms),
    clock: parseFunction('clock', options.clock) ?? Date.now,
    schema: parseSchema(options.claims) as GuardSettings<Claims>['schema'],
    locations,
    locationNames: parseLocations(locations),
    allowed: parseOptional(options.optional),
    shapeRefusal: parseFunction('shapeRefusal', options.shapeRefusal),
    log: silence(parseFunction('log', options.log)),
    cacheSize: parseWithin('cacheSize', options.cacheSize ?? 10_000, 10_000_000),
    // Looked up at each call, so that a fetch that is replaced later is used.
    fetch: parseFunction('fetch', options.fetch) ?? ((...request) => globalThis.fetch(...request)),
  }
}

function refuse(says: string): never {
  throw new GuardConfigurationError(says)
}

/** Whether metadata and keys may be fetched from this issuer. */
export function parseIssuer(issuer: unknown, allowInsecure: boolean): string {
  const url = URL.parse(parseText('issuer', issuer))
  // RFC 8414 §2: https, and neither query nor fragment.
  if (url === null) return refuse(`issuer must be a URL, not ${quote(issuer)}`)
  if (/[?#]/.test(String(issuer)) || url.username !== '' || url.password !== '') {
    refuse(`issuer must have no query, fragment or user name, unlike ${quote(issuer)}`)
  }
  const isSecure =
    url.protocol === 'https:' || (url.protocol === 'http:' && (allowInsecure || isLoopback(url.hostname)))
  if (!isSecure) refuse(`issuer must be an https URL, not ${quote(issuer)}; http is for loopback hosts only`)
  return String(issuer)
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

function parseText(name: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : refuse(`${name} is required, as a text that is not empty`)
}

function parseWithin(name: string, value: unknown, max: number): number {
  if (typeof value === 'number' && value >= 0 && value <= max && (Number.isInteger(value) || max === 300)) return value
  return refuse(`${name} must be a number from 0 to ${max}, not ${quote(value)}`)
}

function parseFunction<F>(name: string, value: F): F {
  return value === undefined || typeof value === 'function' ? value : refuse(`${name} must be a function`)
}

/** Whether a secret was given: then HS256 is all there is. */
function isSymmetric(keys: unknown): boolean {
  if (!isJsonObject(keys)) return false
  if ('secret' in keys) return true
  return Array.isArray(keys.keys) && keys.keys.some((key: unknown) => isJsonObject(key) && key.kty === 'oct')
}

function parseAlgorithms({ algorithms, keys }: GuardOptions): readonly Algorithm[] {
  const possible = isSymmetric(keys) ? symmetricAlgorithms : asymmetricAlgorithms
  if (algorithms === undefined) return possible
  const isPossible = Array.isArray(algorithms) && algorithms.every((name) => possible.includes(name))
  if (isPossible && algorithms.length > 0) return [...algorithms]
  return refuse(`algorithms must be some of ${possible.join(', ')} with these keys, not ${quote(algorithms)}`)
}

function parseKeys(keys: GuardOptions['keys'], algorithms: readonly Algorithm[]): KeySet | undefined {
  if (keys === undefined) return undefined
  if (!isJsonObject(keys)) return refuse('keys must be a JWK set or { secret }')
  const jwks = 'secret' in keys ? { keys: [{ kty: 'oct', k: encodeSecret(keys.secret) }] } : keys
  try {
    const { keySet, ignored } = importKeySet(jwks, algorithms)
    return keySet.keys.length > 0 ? keySet : refuse(`keys holds no key that can be used. ${ignored.join('; ')}`)
  } catch (error) {
    if (error instanceof KeySetError) refuse(`keys can't be used. ${error.message}`)
    throw error
  }
}

/** A text is what `ostiary secret` prints, and bytes are bytes: nothing is guessed. The size is checked with the key. */
function encodeSecret(secret: unknown): string {
  if (secret instanceof Uint8Array) return Buffer.from(secret).toString('base64url')
  if (typeof secret === 'string' && decodeBase64url(secret) !== undefined) return secret
  return refuse('keys.secret must be base64url text or a Uint8Array, of 32 bytes or more')
}

function parseSchema(schema: GuardOptions['claims']): GuardOptions['claims'] {
  if (schema === undefined) return undefined
  const standard = (schema as { readonly '~standard'?: { readonly version?: unknown; readonly validate?: unknown } })[
    '~standard'
  ]
  if (standard?.version === 1 && typeof standard.validate === 'function') return schema
  return refuse('claims must be a Standard Schema of version 1')
}

function parseLocations(locations: TokenLocations): readonly TokenLocation[] {
  if (!isJsonObject(locations)) refuse('locations must be an object')
  const names: TokenLocation[] = locations.header === false ? [] : ['header']
  for (const [place, name] of Object.entries(locations) as [TokenLocation, unknown][]) {
    if (place === 'header' ? typeof name === 'boolean' : isPlaceName(place, name)) {
      if (place !== 'header') names.push(place)
    } else if (name !== undefined) refuse(`locations.${place} is not a place, or ${quote(name)} is no name for it`)
  }
  return names.length > 0 ? names : refuse('locations must leave at least one place')
}

function isPlaceName(place: string, name: unknown): boolean {
  if (typeof name !== 'string' || name === '') return false
  // RFC 6265 §4.1.1: a cookie's name is a token.
  return place === 'cookie' ? /^[!#$%&'*+.^_`|~\w-]+$/.test(name) : place === 'query' || place === 'body'
}

/** A log that fails must not decide whether a request passes. */
function silence(log: GuardOptions['log']): NonNullable<GuardOptions['log']> {
  if (log === undefined) return () => {}
  return (event) => {
    try {
      log(event)
    } catch {
      // Nothing: the log is the only place where it could be said.
    }
  }
}
