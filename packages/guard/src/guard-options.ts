import type { AccessTokenClaims, EpochMilliseconds } from './claims/access-token-claims.ts'
import type { StandardSchemaV1 } from './claims/standard-schema.ts'
import type { GuardRequest, Refusal } from './guard.ts'
import type { GuardEvent } from './guard-event.ts'
import type { Algorithm } from './jws/algorithm.ts'
import type { JsonWebKeySet } from './keys/json-web-key.ts'

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

/** How a guard follows the revocation feed; giving them makes the feed required. */
export interface FeedOptions {
  /** Where the feed is, several for several instances. Default: `revocation_feed_endpoint` of the issuer's metadata. */
  readonly urls?: readonly string[]
  /** What to do when revocations are unknown for more than 60 seconds. Default `refuse`, with 503. */
  readonly onDark?: 'refuse' | 'accept-until-expiry'
  /** What to do before anything is known: wait for up to 5 seconds and then answer 503, or accept. Default `wait`. */
  readonly coldStart?: 'wait' | 'accept'
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
   * How revocations are followed. Default: as the issuer's metadata say, when `keys` are followed too; without a feed there, tokens are
   * accepted until they expire. `true` makes the feed required, `false` follows none.
   */
  readonly feed?: boolean | FeedOptions
  /** The wall clock, for `exp`, `nbf` and `iat`. Default `Date.now`. */
  readonly clock?: () => EpochMilliseconds
  /** How far clocks may differ, both ways: 0 to 300. Default 15. */
  readonly leewaySeconds?: number
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
