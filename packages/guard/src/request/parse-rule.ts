import type { AnonymousReason, OptionalPolicy, Rule } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'

/** A rule, ready to be applied. */
export interface ParsedRule {
  readonly allOf: readonly string[]
  /** Empty when no scope of a choice is asked for. */
  readonly anyOf: readonly string[]
  /** What a challenge says in `scope`; undefined when none is asked for. */
  readonly challengeScope: string | undefined
  readonly allowed: AllowedAnonymous
  readonly isStrict: boolean
}

/** Which requests without a valid token pass. */
type AllowedAnonymous = Readonly<Record<AnonymousReason, boolean>>

// RFC 6749 §3.3: no blank, quote or backslash, so that a scope stands in a challenge as it is.
const scopeWord = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Reads a route's rule. @throws GuardConfigurationError for a rule that asks for nothing it could get. */
export function parseRule(rule: Rule): ParsedRule {
  const { scope, anyScope, optional, strict = false, ...others } = rule
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new GuardConfigurationError(`${unknown} is no part of a rule`)
  if (typeof strict !== 'boolean') throw new GuardConfigurationError('strict must be a boolean')
  const allOf = scope === undefined ? [] : parseScopes(scope)
  const anyOf = anyScope === undefined ? [] : parseScopes(anyScope)
  const named = [...new Set([...allOf, ...anyOf])]
  return {
    allOf,
    anyOf,
    challengeScope: named.length === 0 ? undefined : named.join(' '),
    allowed: parseOptional(optional),
    isStrict: strict,
  }
}

function parseOptional(optional: OptionalPolicy | undefined): AllowedAnonymous {
  const allowed = { absent: optional === true, expired: false, invalid: false }
  if (typeof optional === 'boolean') return allowed
  for (const [reason, policy] of Object.entries(optional ?? {})) {
    if (!Object.hasOwn(allowed, reason) || (policy !== 'allow' && policy !== 'refuse')) {
      throw new GuardConfigurationError('optional must be allow or refuse for absent, expired, invalid')
    }
    allowed[reason as AnonymousReason] = policy === 'allow'
  }
  return allowed
}

/** Whether a token with these scopes may pass. */
export function hasScopes(scopes: ReadonlySet<string>, { allOf, anyOf }: ParsedRule): boolean {
  const isThere = (scope: string): boolean => scopes.has(scope)
  return allOf.every(isThere) && (anyOf.length === 0 || anyOf.some(isThere))
}

function parseScopes(scope: string | readonly string[]): readonly string[] {
  const words: readonly unknown[] = typeof scope === 'string' ? scope.split(' ') : scope
  // An empty list would ask for nothing, or for what no token has: both are surely not meant.
  if (Array.isArray(words) && words.length > 0 && words.every(isScope)) return words
  throw new GuardConfigurationError('A scope must be printable ASCII without blanks, quotes, backslashes')
}

function isScope(word: unknown): word is string {
  return typeof word === 'string' && scopeWord.test(word)
}
