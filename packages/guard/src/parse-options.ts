import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { type AccessTokenPolicy, accessTokenType } from './claims/verify-access-token.ts'
import type { TokenLocation } from './guard.ts'
import { GuardConfigurationError } from './guard-configuration-error.ts'
import type { FeedOptions, GuardOptions, TokenLocations } from './guard-options.ts'
import { type Algorithm, asymmetricAlgorithms, symmetricAlgorithms } from './jws/algorithm.ts'
import type { KeySet } from './jws/key-set.ts'
import { isJsonObject } from './jws/parse-json-object.ts'
import { quote } from './jws/quote.ts'
import { describeError } from './keys/describe-error.ts'
import { type ImportedKeySet, importKeySet } from './keys/import-key-set.ts'

/** A guard's options, checked and complete. */
export interface GuardSettings<Claims> {
  readonly policy: AccessTokenPolicy & { readonly audience: string }
  /** Undefined when the issuer's are to be followed. */
  readonly keySet: KeySet | undefined
  /** Undefined when no feed is to be followed. */
  readonly feed: (FeedOptions & { readonly isRequired: boolean }) | undefined
  readonly clock: () => number
  readonly schema: GuardOptions<Claims & AccessTokenClaims>['claims']
  readonly locations: TokenLocations
  readonly locationNames: readonly TokenLocation[]
  readonly shapeRefusal: GuardOptions['shapeRefusal']
  readonly log: NonNullable<GuardOptions['log']>
  readonly cacheSize: number
  readonly fetch: typeof globalThis.fetch
}

/** A type that an option must have, or a test for what `typeof` doesn't tell. */
type OptionRule = 'string' | 'function' | 'boolean' | 'object' | ((value: unknown) => boolean)

const locationRules: Readonly<Record<string, OptionRule>> = {
  header: 'boolean',
  cookie: 'string',
  query: 'string',
  body: 'string',
}

const feedRules: Readonly<Record<keyof FeedOptions, OptionRule>> = {
  urls: (value) => Array.isArray(value) && value.length > 0 && value.every((url) => URL.canParse(url)),
  onDark: (value) => value === 'refuse' || value === 'accept-until-expiry',
  coldStart: (value) => value === 'wait' || value === 'accept',
}

/** Every option and what it must be. The type holds it to the interface. */
export const optionRules: Readonly<Record<keyof GuardOptions, OptionRule>> = {
  issuer: 'string',
  audience: 'string',
  algorithms: (value) => Array.isArray(value) && value.length > 0,
  keys: 'object',
  feed: (value) => typeof value === 'boolean' || isJsonObject(value),
  clock: 'function',
  leewaySeconds: (value) => isWithin(value, 300),
  claims: (value) => (value as GuardOptions['claims'])?.['~standard']?.version === 1,
  locations: 'object',
  shapeRefusal: 'function',
  log: 'function',
  cacheSize: (value) => isWithin(value, 10_000_000) && Number.isInteger(value),
  fetch: 'function',
  allowInsecureIssuer: 'boolean',
}

/** Checks a guard's options. @throws GuardConfigurationError which says what is wrong and what is expected. */
export function parseOptions<Claims extends AccessTokenClaims>(options: GuardOptions<Claims>): GuardSettings<Claims> {
  applyRules(options, optionRules, ['issuer', 'audience'])
  const { issuer, audience, leewaySeconds = 15, locations = {}, cacheSize = 10_000 } = options
  validateIssuer(issuer, options.allowInsecureIssuer)
  const algorithms = chooseAlgorithms(options)
  return {
    policy: { issuer, audience, algorithms, type: accessTokenType, leewaySeconds },
    feed: parseFeed(options),
    keySet: options.keys === undefined ? undefined : parseKeys(options.keys, algorithms),
    clock: options.clock ?? Date.now,
    schema: options.claims as GuardSettings<Claims>['schema'],
    locations,
    locationNames: listLocations(locations),
    shapeRefusal: options.shapeRefusal,
    log: silence(options.log),
    cacheSize,
    // Looked up at each call, so that a fetch that is replaced later is used.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
  }
}

/** With keys of its own a guard fetches nothing, unless it is told to. */
function parseFeed({ feed, keys }: GuardOptions): GuardSettings<unknown>['feed'] {
  if (feed === false || (feed === undefined && keys !== undefined)) return undefined
  if (isSymmetric(keys)) refuse('feed needs public keys: with a secret it must be false')
  if (typeof feed !== 'object') return { isRequired: feed === true }
  applyRules(feed, feedRules, [])
  return { ...feed, isRequired: true }
}

function refuse(message: string): never {
  throw new GuardConfigurationError(message)
}

/** Refuses what has another type, and names that no rule knows. A text must not be empty, and an object is no list. */
function applyRules(given: object, rules: Readonly<Record<string, OptionRule>>, required: readonly string[]): void {
  for (const name of [...required, ...Object.keys(given)]) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    const value = (given as Record<string, unknown>)[name]
    if (value === undefined && rule !== undefined && !required.includes(name)) continue
    const isGood = typeof rule === 'function' ? rule(value) : typeof value === rule && value !== '' && value !== null
    // Without the value: it may be a secret that was put in the wrong place.
    if (!isGood) refuse(`${name} ${describeRule(rule)}`)
  }
}

function describeRule(rule: OptionRule | undefined): string {
  if (rule === undefined) return 'is no option'
  return typeof rule === 'function' ? 'has a wrong value' : `must be a ${rule}`
}

function isWithin(value: unknown, max: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= max
}

/** RFC 8414 §2: https, and neither query nor fragment. */
function validateIssuer(issuer: string, allowInsecure = false): void {
  const url = URL.parse(issuer)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowInsecure || isLoopback(url)))
  if (isSecure && !/[?#@]/.test(issuer)) return
  refuse(`issuer must be https (http on loopback) without query or fragment, not ${quote(issuer)}`)
}

function isLoopback({ hostname }: URL): boolean {
  return /^((.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

/** With a secret HS256 is all there is, and without one it doesn't exist. */
function chooseAlgorithms({ algorithms, keys }: GuardOptions): readonly Algorithm[] {
  const possible = isSymmetric(keys) ? symmetricAlgorithms : asymmetricAlgorithms
  if (algorithms === undefined) return possible
  if (algorithms.every((name) => possible.includes(name))) return [...algorithms]
  return refuse(`algorithms must be of ${possible.join(', ')} with these keys`)
}

function isSymmetric(keys: GuardOptions['keys']): boolean {
  if (keys === undefined) return false
  // The import refuses a set that isn't one.
  return (
    'secret' in keys || (Array.isArray(keys.keys) && keys.keys.some((key) => isJsonObject(key) && key.kty === 'oct'))
  )
}

function parseKeys(keys: NonNullable<GuardOptions['keys']>, algorithms: readonly Algorithm[]): KeySet {
  const jwks = 'secret' in keys ? { keys: [{ kty: 'oct', k: encodeSecret(keys.secret) }] } : keys
  const { keySet, ignored } = importConfigured(jwks, algorithms)
  return keySet.keys.length > 0 ? keySet : refuse(`keys holds none to use: ${ignored.join('; ')}`)
}

function importConfigured(jwks: unknown, algorithms: readonly Algorithm[]): ImportedKeySet {
  try {
    return importKeySet(jwks, algorithms)
  } catch (error) {
    return refuse(`keys: ${describeError(error)}`)
  }
}

/** A text is base64url, as `ostiary secret` prints it, and bytes are bytes: nothing is guessed. The key's import checks it. */
function encodeSecret(secret: unknown): unknown {
  return secret instanceof Uint8Array ? Buffer.from(secret).toString('base64url') : secret
}

function listLocations(locations: TokenLocations): readonly TokenLocation[] {
  applyRules(locations, locationRules, [])
  const names = (Object.keys(locationRules) as TokenLocation[]).filter(
    (place) => locations[place] ?? place === 'header',
  )
  return names.length > 0 ? names : refuse('locations leaves no place')
}

/** A log that fails must not decide whether a request passes. */
function silence(log: GuardOptions['log']): NonNullable<GuardOptions['log']> {
  return (event) => {
    try {
      log?.(event)
    } catch {
      // Nothing: the log is the only place where it could be said.
    }
  }
}
