import { applyOptionRules, isWithin, type OptionRule, refuseOption } from './apply-option-rules.ts'
import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { type AccessTokenPolicy, accessTokenType } from './claims/verify-access-token.ts'
import type { FeedSettings } from './feed/feed-to-follow.ts'
import type { TokenLocation } from './guard.ts'
import type { GuardOptions, TokenLocations } from './guard-options.ts'
import { isSecureUrl } from './is-secure-url.ts'
import { type Algorithm, asymmetricAlgorithms, symmetricAlgorithms } from './jws/algorithm.ts'
import type { KeySet } from './jws/key-set.ts'
import { isJsonObject } from './jws/parse-json-object.ts'
import { quote } from './jws/quote.ts'
import { describeError } from './keys/describe-error.ts'
import { type ImportedKeySet, importKeySet } from './keys/import-key-set.ts'
import { parseFeedOptions } from './parse-feed-options.ts'

/** A guard's options, checked and complete. */
export interface GuardSettings<Claims> {
  readonly policy: AccessTokenPolicy & { readonly audience: string }
  /** Undefined when the issuer's are to be followed. */
  readonly keySet: KeySet | undefined
  /** Undefined when no feed is to be followed. */
  readonly feed: FeedSettings | undefined
  /** What keys are taken for: a feed may be signed with another algorithm than tokens. */
  readonly keyAlgorithms: readonly Algorithm[]
  readonly clock: () => number
  readonly schema: GuardOptions<Claims & AccessTokenClaims>['claims']
  readonly locations: TokenLocations
  readonly locationNames: readonly TokenLocation[]
  readonly shapeRefusal: GuardOptions['shapeRefusal']
  readonly log: NonNullable<GuardOptions['log']>
  readonly cacheSize: number
  readonly fetch: typeof globalThis.fetch
}

const locationRules: Readonly<Record<string, OptionRule>> = {
  header: 'boolean',
  cookie: 'string',
  query: 'string',
  body: 'string',
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
  dpop: 'function',
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
  applyOptionRules(options, optionRules, ['issuer', 'audience'])
  const { issuer, audience, leewaySeconds = 15, locations = {}, cacheSize = 10_000, dpop } = options
  validateIssuer(issuer, options.allowInsecureIssuer)
  const algorithms = chooseAlgorithms(options)
  const feed = parseFeedOptions(options)
  if (feed && isSymmetric(options.keys)) refuseOption('feed needs public keys')
  // In this order: a key that names no algorithm takes the first that fits, and that shall be one for tokens.
  const keyAlgorithms = feed ? [...new Set([...algorithms, ...asymmetricAlgorithms])] : algorithms
  return {
    policy: { issuer, audience, algorithms, type: accessTokenType, leewaySeconds, takesBound: dpop !== undefined },
    keySet: options.keys === undefined ? undefined : parseKeys(options.keys, keyAlgorithms),
    feed,
    keyAlgorithms,
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

/** RFC 8414 §2: https, and neither query nor fragment. */
function validateIssuer(issuer: string, allowInsecure = false): void {
  if (isSecureUrl(issuer, allowInsecure)) return
  refuseOption(`issuer must be https (http on loopback) without query or fragment, not ${quote(issuer)}`)
}

/** With a secret HS256 is all there is, and without one it doesn't exist. */
function chooseAlgorithms({ algorithms, keys }: GuardOptions): readonly Algorithm[] {
  const possible = isSymmetric(keys) ? symmetricAlgorithms : asymmetricAlgorithms
  if (algorithms === undefined) return possible
  if (algorithms.every((name) => possible.includes(name))) return [...algorithms]
  return refuseOption(`algorithms must be of ${possible.join(', ')} with these keys`)
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
  return keySet.keys.length > 0 ? keySet : refuseOption(`keys holds none to use: ${ignored.join('; ')}`)
}

function importConfigured(jwks: unknown, algorithms: readonly Algorithm[]): ImportedKeySet {
  try {
    return importKeySet(jwks, algorithms)
  } catch (error) {
    return refuseOption(`keys: ${describeError(error)}`)
  }
}

/** A text is base64url, as `ostiary secret` prints it, and bytes are bytes: nothing is guessed. The key's import checks it. */
function encodeSecret(secret: unknown): unknown {
  return secret instanceof Uint8Array ? Buffer.from(secret).toString('base64url') : secret
}

function listLocations(locations: TokenLocations): readonly TokenLocation[] {
  applyOptionRules(locations, locationRules, [])
  const names = (Object.keys(locationRules) as TokenLocation[]).filter(
    (place) => locations[place] ?? place === 'header',
  )
  return names.length > 0 ? names : refuseOption('locations leaves no place')
}

/** A log that fails must not decide whether a request passes, nor end the process: one that is an `async` function rejects, and nobody would hear of it. */
function silence(log: GuardOptions['log']): NonNullable<GuardOptions['log']> {
  return (event) => {
    try {
      const logged: unknown = log?.(event)
      if (logged instanceof Promise) logged.catch(() => {})
    } catch {
      // Nothing: the log is the only place where it could be said.
    }
  }
}
