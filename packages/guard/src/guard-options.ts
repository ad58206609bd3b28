import type { AccessTokenClaims, EpochMilliseconds } from './claims/access-token-claims.ts'
import type { StandardSchemaV1 } from './claims/standard-schema.ts'
import type { GuardRequest, Refusal } from './guard.ts'
import type { GuardEvent } from './guard-event.ts'
import type { Algorithm } from './jws/algorithm.ts'
import type { JsonWebKeySet } from './keys/json-web-key.ts'
import type { ProofRequirement } from './proof-requirement.ts'

/** Where a token may stand: names of a cookie, of a query parameter, of a member of the body. */
export interface TokenLocations {
  /** The `Authorization` header with the scheme Bearer. Default true. */
  readonly header?: boolean
  /** A cookie. Browsers send it by themselves: protect the routes against forged requests of other sites. */
  readonly cookie?: string
  /** A query parameter. URLs end in logs, histories and Referer headers, which is why this is never the default. */
  readonly query?: string
  /** A member of the parsed body of a form or of JSON. Not read for GET and HEAD. */
  readonly body?: string
}

/** What a hook changes of a refusal; what it leaves out stays. */
export interface RefusalShape {
  /** 400 to 599: a refusal must not look like a success. */
  readonly status?: number
  /** Put over the guard's own headers, name by name. */
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** How the revocation feed is followed, and what is done when it can't be. */
export interface FeedOptions {
  /** Where the feed is, several to take turns when one fails. Default: what the issuer's metadata names. */
  readonly urls?: readonly string[]
  /** `poll` asks when a request comes, for functions that can't hold a stream. Default `stream`. */
  readonly mode?: 'stream' | 'poll'
  /** How old an answer may be before a request asks anew: 0 to 30. Default 2. */
  readonly pollSeconds?: number
  /** After 60 s without proof: 503, or the issuer is asked about each token, or tokens are taken as without a feed. Default `refuse`. */
  readonly onDark?: 'refuse' | 'introspect' | 'accept-until-expiry'
  /**
   * Before the first proof: requests wait for it up to 5 s, or the last snapshot in `file` counts while younger than 60 s, or they are
   * served. Default `wait`.
   */
  readonly coldStart?: 'wait' | 'file' | 'accept'
  /** Where the snapshot is kept, for `coldStart: 'file'`. */
  readonly file?: string
  /** Where what is remembered of the issuer's audit log is kept, so that it outlives this process. Default: in memory alone. */
  readonly auditFile?: string
  /** What this API is known by at the issuer: for introspection, and to confirm what was applied. */
  readonly credential?: { readonly clientId: string; readonly clientSecret: string }
  /** This process among all guards: 1 to 64 of `A–Z a–z 0–9 . _ -`. Default: host and process id. */
  readonly name?: string
}

export interface GuardOptions<Claims extends AccessTokenClaims = AccessTokenClaims> {
  /** The claim `iss`, exactly, and where keys are found: an https URL without query and fragment, or http on a loopback host. */
  readonly issuer: string
  /** This API's name: the claim `aud` must be it or hold it. */
  readonly audience: string
  /** Algorithms that a token may name. Default: ES256, EdDSA, Ed25519, RS256, PS256 and ES384; with a secret, HS256 alone. */
  readonly algorithms?: readonly Algorithm[]
  /** Keys to verify with; nothing is fetched then. A secret is base64url text of 32 bytes or more, or the bytes. */
  readonly keys?: JsonWebKeySet | { readonly secret: string | Uint8Array }
  /**
   * Following the issuer's revocations. Without `keys` it is followed where the issuer has one; `true` or options make it
   * required, and `false` leaves it.
   */
  readonly feed?: boolean | FeedOptions
  /** The wall clock, for `exp`, `nbf` and `iat`. Default `Date.now`. */
  readonly clock?: () => EpochMilliseconds
  /** How far clocks may differ, both ways: 0 to 300. Default 15. */
  readonly leewaySeconds?: number
  /**
   * Takes tokens that are bound to a key, with a proof for each request: `dpop()` of `@ostiary/guard/dpop`. Absence means that bound
   * tokens are refused, whatever comes with them.
   */
  readonly dpop?: ProofRequirement
  /** Gives the claims their type and checks them at run time, synchronously. A token that it refuses is invalid. */
  readonly claims?: StandardSchemaV1<unknown, Claims>
  /** Where a token may stand. Default: the `Authorization` header alone. */
  readonly locations?: TokenLocations
  /** Changes a refusal's status, headers or body. Header values are cleaned of what a header can't hold. */
  readonly shapeRefusal?: (refusal: Refusal, request: GuardRequest) => RefusalShape | undefined
  /** Told why a request was refused and how fetching keys goes. Never told a token. What it throws is ignored. */
  readonly log?: (event: GuardEvent) => void
  /** Verified tokens to remember, 0 for none. Default 10,000. */
  readonly cacheSize?: number
  /** Fetches metadata and keys, for proxies and tests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Accepts an http issuer on any host: whoever is on the way can then replace the keys. */
  readonly allowInsecureIssuer?: boolean
}
