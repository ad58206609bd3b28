import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import type { RefusalCode } from './request/refusal-answers.ts'

/** What the guard reads of a request; an adapter makes one of its framework's own request. */
export interface GuardRequest {
  readonly method: string
  /** Path and query as they came, such as `/orders?page=2`. */
  readonly url: string
  /**
   * Returns the value of a header, of which the name is given in lower case: all of its values when it came more than
   * once, and undefined when it didn't come.
   */
  header(name: string): string | readonly string[] | undefined
  /** The parsed body, when the framework has parsed one. */
  readonly body?: unknown
}

/** What one route asks of a token. A rule is read once: make it where the route is defined, and don't change it. */
export interface Rule {
  /** Scopes that must all be there; a text may hold several, separated by spaces. */
  readonly scope?: string | readonly string[]
  /** Scopes of which one must be there. */
  readonly anyScope?: readonly string[]
  /** Whether requests without a valid token pass as anonymous. Default false. */
  readonly optional?: OptionalPolicy
  /** Whether to refuse with 503 as soon as revocations are not known to the second, instead of to the minute. Default false. */
  readonly strict?: boolean
}

/** `true` lets pass only who brings no token. Everything that isn't said to be allowed is refused. */
export type OptionalPolicy =
  | boolean
  | {
      readonly absent?: 'allow' | 'refuse'
      readonly expired?: 'allow' | 'refuse'
      readonly invalid?: 'allow' | 'refuse'
    }

/** A place in a request where a token may stand. */
export type TokenLocation = 'header' | 'cookie' | 'query' | 'body'

/** Who calls, by the token that was verified. It is frozen, and one object for all requests with the same token. */
export interface Auth<Claims = AccessTokenClaims> {
  /** The token itself, to be passed on or compared, never to be logged: logging or serializing `auth` doesn't show it. */
  readonly token: string
  readonly claims: Claims
  /** The claim `sub`. */
  readonly subject: string
  /** The claim `client_id`. */
  readonly clientId: string
  /** The claim `sid`; undefined when the token belongs to no session. */
  readonly sessionId: string | undefined
  /** The words of the claim `scope`; empty when it is absent. */
  readonly scopes: ReadonlySet<string>
  /** Aborts when the token expires or is revoked, so that a stream which is still being sent stops too. Its reason is a TokenError. */
  readonly signal: AbortSignal
}

/** An answer to send: as JSON, with exactly these headers besides the content type. */
export interface Refusal {
  /** 400, 401, 403 or 503, unless `shapeRefusal` chose another one. */
  readonly status: number
  readonly code: RefusalCode
  readonly message: string
  readonly headers: Record<string, string>
  /** `{ error: code, error_description: message }`, unless `shapeRefusal` chose another one. */
  readonly body: unknown
}

export type AnonymousReason = 'absent' | 'expired' | 'invalid'

/** What the guard decided; the adapter lets the request pass for the first two. */
export type Outcome<Claims = AccessTokenClaims> =
  | { readonly kind: 'authenticated'; readonly auth: Auth<Claims> }
  | { readonly kind: 'anonymous'; readonly reason: AnonymousReason }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export interface KeysState {
  /** Keys that tokens are verified with now. */
  readonly count: number
  /** Since the keys were last confirmed by the issuer; undefined before the first time and for keys given as an option. */
  readonly ageSeconds: number | undefined
  /** Why the last fetch failed; undefined when it succeeded or none was made. */
  readonly lastError: string | undefined
}

export interface CacheState {
  readonly size: number
  readonly hits: number
  readonly misses: number
}

/** How well a guard knows what was revoked. */
export interface FeedState {
  /**
   * `off`: not followed; `absent`: the issuer has no feed; `starting`: nothing is proved yet; `live`: complete up to 3 seconds ago;
   * `stale`: up to 60 seconds ago; `dark`: longer ago.
   */
  readonly state: 'off' | 'absent' | 'starting' | 'live' | 'stale' | 'dark'
  /** The newest record that was applied; undefined when no feed is followed. */
  readonly sequence: number | undefined
  /** Records that may not be forgotten yet. */
  readonly records: number
  /** Since the moment up to which the records are proved complete; undefined before the first proof. */
  readonly ageSeconds: number | undefined
  /** Why following failed last; undefined while it works. */
  readonly lastError: string | undefined
}

export interface GuardState {
  readonly keys: KeysState
  readonly cache: CacheState
  readonly feed: FeedState
}

/** What an API asks of each request. */
export interface Guard<Claims = AccessTokenClaims> {
  /** Where this guard looks for a token: an adapter parses a body only for a guard that reads it. */
  readonly locations: readonly TokenLocation[]
  /**
   * Verifies one access token and resolves to its claims, which are frozen.
   *
   * @throws TokenError with code `token_missing` (for an empty text), `token_invalid`, `token_expired`, `token_revoked`,
   * `refresh_required`, `keys_unavailable` or `feed_unavailable`.
   * @see RFC 9068 §4
   */
  verify(token: string): Promise<Claims>
  /**
   * Decides on a request: at once when the keys are at hand, as a promise when they have to be fetched first.
   * It throws only GuardConfigurationError, for a rule that isn't one.
   *
   * @see RFC 6750 §2, §3
   */
  check(request: GuardRequest, rule?: Rule): Outcome<Claims> | Promise<Outcome<Claims>>
  /** Says how many keys and cached tokens there are, when the keys were last fetched, and how well revocations are known. */
  state(): GuardState
  /**
   * Ends the fetching of keys and the following of the feed, which keeps a process from ending. The keys that are at hand stay usable
   * for their time; of revocations nothing new is learned.
   */
  close(): void
}
