import { parseDuration } from '../clients/parse-duration.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'

const DEFAULT_LIFETIME = '90d'

/** What somebody wants of a key, checked as far as that can be without knowing the APIs. */
export interface ApiKeyDescription {
  readonly name: string
  /** Absent: the only registered API. */
  readonly audience: string | undefined
  /** Absent: all that its owner may have there. */
  readonly scopes: readonly string[] | undefined
  /** Undefined: it does not expire. */
  readonly lifetimeMilliseconds: number | undefined
}

export type ParsedApiKey =
  | { readonly ok: true; readonly description: ApiKeyDescription }
  | { readonly ok: false; readonly sentence: string }

/** Text as given on a command line or in a request → what a key is to be, or a sentence that says what to change. */
export function parseApiKey(input: {
  readonly name: string
  readonly audience?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** Such as `90d`, or `never`. Absent: 90 days. */
  readonly expires?: string | undefined
}): ParsedApiKey {
  const { name, audience, scopes, expires = DEFAULT_LIFETIME } = input
  if (!isDisplayName(name)) return { ok: false, sentence: DISPLAY_NAME_SENTENCE }
  const lifetimeMilliseconds = expires === 'never' ? undefined : parseDuration(expires)
  if (expires !== 'never' && lifetimeMilliseconds === undefined) {
    return { ok: false, sentence: 'The lifetime must be a duration such as 12h or 90d, a year at most, or never.' }
  }
  return { ok: true, description: { name, audience, scopes, lifetimeMilliseconds } }
}
