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
  /**
   * The framework's own request, the same object at every look at it: a proof that comes with it counts once, however many guards stand before a
   * route. Absent: each look is at another request.
   */
  readonly source?: object
}

/** What one route asks of a token. A rule is read once: make it where the route is defined, and don't change it. */
export interface Rule<Scope extends string = string, Permission extends string = string, Role extends string = string> {
  /** Scopes that must all be there; a text may hold several, separated by spaces. */
  readonly scope?: Scope | readonly Scope[]
  /** Scopes of which one must be there. */
  readonly anyScope?: readonly Scope[]
  /** Permissions of the account that must all be there, written like `scope`. */
  readonly permission?: Permission | readonly Permission[]
  /** Permissions of which one must be there. */
  readonly anyPermission?: readonly Permission[]
  /** Roles of the account that must all be there, written like `scope`. */
  readonly role?: Role | readonly Role[]
  /** Roles of which one must be there. */
  readonly anyRole?: readonly Role[]
  /** The organization that they must act for, by its id, or one of several; `true`: any. Never a slug. */
  readonly organization?: true | string | readonly string[]
  /** How long ago the person may have signed in, such as `5m`: a number with s, m, h or d. */
  readonly fresh?: string
  /** What their login must have reached, one of several; of Ostiary's own `aal1`, `aal2`, `phr` a later one is enough, too. */
  readonly acr?: string | readonly string[]
  /** By which methods they must have signed in, all of them, such as `mfa`. @see RFC 8176 */
  readonly amr?: string | readonly string[]
  /** `false`: nobody else may act for them whom they did not ask to: an administrator's token is refused. */
  readonly impersonated?: false
  /** Whether requests without a valid token pass as anonymous. Default false. */
  readonly optional?: OptionalPolicy
  /** Whether to refuse while it isn't sure that revocations are known up to the last seconds. Default false. */
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
  /** The texts of the claim `permissions`: what the account may here, within the token's scopes; empty when it is absent. */
  readonly permissions: ReadonlySet<string>
  /** The texts of the claim `roles`; empty when it is absent. */
  readonly roles: ReadonlySet<string>
  /** Fires when the token is revoked or expires, with a TokenError as its reason: for answers that go on for long. */
  readonly signal: AbortSignal
}

/** An answer to send: as JSON, with exactly these headers besides the content type. */
export interface Refusal {
  /** 400, 401, 403 or 503, unless `shapeRefusal` chose another one. */
  readonly status: number
  readonly code: RefusalCode
  readonly message: string
  /** What the route asks for, as the challenge says it, such as `{ scope: 'orders:write' }`; empty where it isn't that. */
  readonly needs: Readonly<Record<string, string>>
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

/** How the revocation feed stands. */
/** What a guard remembers of the issuer's audit log. */
export interface AuditMemory {
  readonly size: number
  /** The newest signed checkpoint that the log was proved to have come to. */
  readonly checkpoint: string
  /** An earlier one that the log does not go on from: proof, with any later one, that it was changed. Undefined while all is well. */
  readonly evidence: string | undefined
}

export interface FeedState {
  /** `off`: not wanted. `absent`: the issuer has none. Else how old the proof is: within 3 s, within 60 s, older. */
  readonly state: 'off' | 'absent' | 'starting' | 'live' | 'stale' | 'dark'
  /** The newest record that was applied. */
  readonly sequence: number
  /** How many are remembered. */
  readonly records: number
  /** How old the proof is that no record is missing; undefined before the first one. */
  readonly ageSeconds: number | undefined
  /** Why following failed last; undefined when it succeeded since. */
  readonly lastError: string | undefined
  /** What is remembered of the audit log; absent while nothing is. */
  readonly audit?: AuditMemory | undefined
}

export interface GuardState {
  readonly keys: KeysState
  readonly feed: FeedState
  readonly cache: CacheState
}

/** What an API asks of each request. `GuardRule` is what its rules may ask for: any names, unless `defineApi` knows them. */
export interface Guard<Claims = AccessTokenClaims, GuardRule extends Rule = Rule> {
  /** Where this guard looks for a token: an adapter parses a body only for a guard that reads it. */
  readonly locations: readonly TokenLocation[]
  /**
   * Verifies one access token and resolves to its claims, which are frozen.
   *
   * @throws TokenError with code `token_missing` (for an empty text), `token_invalid`, `token_expired`,
   * `token_revoked`, `refresh_required`, `keys_unavailable` or `feed_unavailable`.
   * @see RFC 9068 §4
   */
  verify(token: string): Promise<Claims>
  /**
   * Decides on a request: at once when the keys are at hand, as a promise when they have to be fetched first.
   * It throws only GuardConfigurationError, for a rule that isn't one.
   *
   * @see RFC 6750 §2, §3
   */
  check(request: GuardRequest, rule?: GuardRule): Outcome<Claims> | Promise<Outcome<Claims>>
  /** Says how many keys, cached tokens and revocations there are, and how fresh keys and revocations are. */
  state(): GuardState
  /**
   * Ends what is being fetched and makes no further request. Keys and revocations that are at hand stay usable for their time; `auth.signal`
   * fires no more.
   */
  close(): void
}
