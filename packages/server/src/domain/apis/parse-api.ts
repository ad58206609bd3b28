import { LONGEST_LIFETIME_SECONDS } from '../keys/plan-key-schedule.ts'
import { type TokenAlgorithm, tokenAlgorithms } from './token-algorithm.ts'

export const DEFAULT_LIFETIME_SECONDS = 150

/** What an operator says of an API, checked. */
export interface ApiDescription {
  /** RFC 8707 §2: an absolute URI without fragment. */
  readonly audience: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly lifetimeSeconds: number
  readonly algorithm: TokenAlgorithm
}

export type ParsedApi = { ok: true; api: ApiDescription } | { ok: false; problem: string }

/** Text as given on a command line or in a request → an API that can be registered, or a sentence that says what to change. */
export function parseApi(input: {
  audience: string
  name?: string | undefined
  scopes?: readonly string[] | undefined
  lifetimeSeconds?: number | undefined
  algorithm?: string | undefined
}): ParsedApi {
  const {
    audience,
    name = audience,
    scopes = [],
    lifetimeSeconds = DEFAULT_LIFETIME_SECONDS,
    algorithm = 'ES256',
  } = input
  const wrong = (problem: string): ParsedApi => ({ ok: false, problem })
  if (!isAudience(audience)) {
    return wrong('The audience must be an absolute URI without fragment or blanks, such as https://api.example.com.')
  }
  if (!isDisplayName(name)) return wrong('The name must be 1 to 128 characters without control characters.')
  const badScope = scopes.find((scope) => !isScopeToken(scope))
  if (badScope !== undefined) {
    return wrong(
      'A scope must be 1 to 128 printable ASCII characters without blanks, quotes or backslashes, such as orders:write.',
    )
  }
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > LONGEST_LIFETIME_SECONDS) {
    return wrong(`The lifetime must be a whole number of seconds from 1 to ${LONGEST_LIFETIME_SECONDS}.`)
  }
  const known = tokenAlgorithms.find((candidate) => candidate === algorithm)
  if (!known) return wrong(`The algorithm must be one of ${tokenAlgorithms.join(', ')}.`)
  return { ok: true, api: { audience, name, scopes: [...new Set(scopes)], lifetimeSeconds, algorithm: known } }
}

function isAudience(text: string): boolean {
  return (
    text.length <= 512 &&
    /^[a-z][a-z0-9+.-]*:[\x21\x23-\x5b\x5d-\x7e]+$/i.test(text) &&
    !text.includes('#') &&
    URL.canParse(text)
  )
}

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(text)
}

/** A name for people: 1 to 128 characters, none of them a control, a format or half a character. */
export function isDisplayName(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u.test(text) && text.trim() !== ''
}
