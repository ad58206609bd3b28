import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** `oidc`: found by discovery, says who a person is in an ID token. `oauth2`: GitHub's way, where a request with the access token tells. */
export type UpstreamKind = 'oidc' | 'oauth2'

/** By what names Apple knows a private key of a developer. */
export interface AppleKey {
  readonly teamId: string
  readonly keyId: string
}

/** A provider elsewhere that people may log in with. */
export interface Upstream {
  /** Stands in URLs: `google`. */
  readonly id: string
  /** What its button says. */
  readonly name: string
  readonly issuer: string
  readonly kind: UpstreamKind
  readonly clientId: string
  /** Absent: this server is a public client there. */
  readonly sealedSecret: string | undefined
  /** Apple: whose key the secret is, that signs what this server proves itself with. Absent: the secret does so itself. */
  readonly appleKey: AppleKey | undefined
  readonly scopes: readonly string[]
  /** Whether its `email_verified` may be believed. */
  readonly isEmailTrusted: boolean
  /** Whether a person whom nobody here knows gets an account. */
  readonly opensAccounts: boolean
  readonly createdAt: EpochMilliseconds
}

/** What an upstream has shown of a person. */
export interface UpstreamIdentity {
  readonly issuer: string
  readonly subject: string
  /** Only where the upstream says that it is verified, and may be believed. */
  readonly verifiedEmail: string | undefined
  /** What the person likes to be called; never proves anything. */
  readonly preferredUsername: string | undefined
  /** When the person proved who they are there; absent where it doesn't say. */
  readonly authenticatedAt: EpochMilliseconds | undefined
}
