import type { Acr } from '../assurance/acr.ts'
import { parseRequiredFactor, REQUIRED_FACTOR_SENTENCE } from '../assurance/required-factor.ts'
import { LONGEST_LIFETIME_SECONDS } from '../keys/plan-key-schedule.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import { ADMIN_SCOPE_SENTENCE, isAdminScope } from './admin-api.ts'
import type { ApiPermission } from './api.ts'
import { type PermissionTexts, parsePermissions } from './parse-permissions.ts'
import { type TokenAlgorithm, tokenAlgorithms } from './token-algorithm.ts'

export const DEFAULT_LIFETIME_SECONDS = 150

export const SCOPE_DESCRIPTION_SENTENCE =
  'A description is one of a scope of the API, such as "orders:read=See your orders": 1 to 128 characters, none of them invisible.'

export const LIFETIME_SENTENCE: string = `The lifetime must be a whole number of seconds from 1 to ${LONGEST_LIFETIME_SECONDS}.`
export const TOKEN_ALGORITHM_SENTENCE: string = `The algorithm must be one of ${tokenAlgorithms.join(', ')}.`

/** Whether tokens may live for so many seconds. */
export function isLifetime(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= LONGEST_LIFETIME_SECONDS
}

/** What an operator says of an API, checked. */
export interface ApiDescription {
  /** RFC 8707 §2: an absolute URI without fragment. */
  readonly audience: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly scopeDescriptions: Readonly<Record<string, string>>
  readonly permissions: readonly ApiPermission[]
  readonly lifetimeSeconds: number
  readonly algorithm: TokenAlgorithm
  readonly requiredAcr: Acr | undefined
}

export type ParsedApi =
  | { readonly ok: true; readonly api: ApiDescription }
  | { readonly ok: false; readonly sentence: string }

/** Text as given on a command line or in a request → an API that can be registered, or a sentence that says what to change. */
export function parseApi(
  input: PermissionTexts & {
    audience: string
    name?: string | undefined
    scopes?: readonly string[] | undefined
    /** Such as `orders:read=See your orders`. */
    scopeDescriptions?: readonly string[] | undefined
    lifetimeSeconds?: number | undefined
    algorithm?: string | undefined
    /** Such as `mfa`. Default: none. */
    requiredFactor?: string | undefined
  },
): ParsedApi {
  const {
    audience,
    name = audience,
    scopes = [],
    lifetimeSeconds = DEFAULT_LIFETIME_SECONDS,
    algorithm = 'ES256',
  } = input
  const wrong = (sentence: string): ParsedApi => ({ ok: false, sentence })
  if (!isAudience(audience)) {
    return wrong('The audience must be an absolute URI without fragment or blanks, such as https://api.example.com.')
  }
  if (!isDisplayName(name)) return wrong(DISPLAY_NAME_SENTENCE)
  const badScope = scopes.find((scope) => !isScopeToken(scope))
  if (badScope !== undefined) {
    return wrong(SCOPE_TOKEN_SENTENCE)
  }
  if (scopes.some(isAdminScope)) return wrong(ADMIN_SCOPE_SENTENCE)
  const described = parseScopeDescriptions(input.scopeDescriptions ?? [], scopes)
  if (!described) return wrong(SCOPE_DESCRIPTION_SENTENCE)
  const declared = parsePermissions(input, [], scopes)
  if (!declared.ok) return declared
  if (!isLifetime(lifetimeSeconds)) return wrong(LIFETIME_SENTENCE)
  const known = tokenAlgorithms.find((candidate) => candidate === algorithm)
  if (!known) return wrong(TOKEN_ALGORITHM_SENTENCE)
  const { requiredFactor } = input
  const requiredAcr = parseRequiredFactor(requiredFactor)
  if (requiredFactor !== undefined && requiredAcr === undefined) return wrong(REQUIRED_FACTOR_SENTENCE)
  const words = { scopes: [...new Set(scopes)], scopeDescriptions: described, permissions: declared.permissions }
  return { ok: true, api: { audience, name, ...words, lifetimeSeconds, algorithm: known, requiredAcr } }
}

/** Undefined when one is of no scope of the API, or can't be shown. The last one of a scope counts. */
export function parseScopeDescriptions(
  texts: readonly string[],
  scopes: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const descriptions: (readonly [scope: string, words: string])[] = []
  // A scope may have the sign in it itself (RFC 6749 §3.3).
  const longestFirst = scopes.toSorted((one, other) => other.length - one.length)
  for (const text of texts) {
    const scope = longestFirst.find((known) => text.startsWith(`${known}=`))
    const words = scope === undefined ? '' : text.slice(scope.length + 1)
    if (scope === undefined || !isDisplayName(words)) return undefined
    descriptions.push([scope, words])
  }
  return Object.fromEntries(descriptions)
}

function isAudience(text: string): boolean {
  return (
    text.length <= 512 &&
    /^[a-z][a-z0-9+.-]*:[\x21\x23-\x5b\x5d-\x7e]+$/i.test(text) &&
    !text.includes('#') &&
    URL.canParse(text)
  )
}
