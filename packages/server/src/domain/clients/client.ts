import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Acr } from '../assurance/acr.ts'
import type { SessionLimits } from './session-limits.ts'

/** RFC 6749 §2.1: whether the client can keep a secret. */
export type ClientType = 'public' | 'confidential'

export const idTokenAlgorithms = ['ES256', 'RS256'] as const
export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number]

/**
 * Where the public keys are that a client signs its assertions with: RFC 7591 §2, `jwks` or `jwks_uri`. A confidential client that
 * has them proves who it is with `private_key_jwt` and has no secret.
 */
export type ClientKeys = { readonly jwks: ClientJwks } | { readonly jwksUri: string }

/** RFC 7517 §5, of public keys only. */
export interface ClientJwks {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** OpenID Connect Back-Channel Logout §2.2. */
export interface BackchannelLogout {
  readonly uri: string
  readonly isSessionRequired: boolean
}

/** A stranger in a network, as `parseNetwork` groups it, or whoever held an initial access token (RFC 7591 §1.2), by its id. */
export type Registrant = `network:${string}` | `token:${string}`

/** An application that acts for people or for itself. */
export interface Client {
  readonly id: string
  readonly name: string
  readonly type: ClientType
  readonly redirectUris: readonly string[]
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  /** The operator's own app: people are not asked whether they agree. */
  readonly isFirstParty: boolean
  /** OpenID Connect Registration §2, `id_token_signed_response_alg`. */
  readonly idTokenAlgorithm: IdTokenAlgorithm
  /** OpenID Connect RP-Initiated Logout §3.1. */
  readonly postLogoutRedirectUris: readonly string[]
  /** How userinfo is signed for it; undefined: it is plain JSON. OpenID Connect Registration §2, `userinfo_signed_response_alg`. */
  readonly userinfoAlgorithm: IdTokenAlgorithm | undefined
  /** Where it is told that a session has ended; undefined: nowhere. */
  readonly backchannelLogout: BackchannelLogout | undefined
  /** What it proves with who it is; undefined: a secret, or nothing. */
  readonly keys: ClientKeys | undefined
  /** RFC 9449 §5.2, `dpop_bound_access_tokens`: it gets no token that just anybody could use. */
  readonly isDpopRequired: boolean
  /** RFC 9126 §6, `require_pushed_authorization_requests`. */
  readonly isPushRequired: boolean
  /** What a person must have proved who signs in at it; undefined: nothing in particular. */
  readonly requiredAcr: Acr | undefined
  /** Of the sessions that people open at it. */
  readonly sessionLimits: SessionLimits
  readonly createdAt: EpochMilliseconds
  /** Until when the document that describes it need not be read again; undefined for a client that was registered. */
  readonly documentFreshUntil: EpochMilliseconds | undefined
  /** Who registered it by `POST /register`; undefined for a client that an operator registered or a document describes. */
  readonly registeredBy: Registrant | undefined
}
