import { GITHUB_ISSUER } from './github-endpoints.ts'
import type { UpstreamKind } from './upstream.ts'

/** What is known beforehand of a provider. */
export interface UpstreamPreset {
  readonly name: string
  /** `{tenant}` is filled in by the operator. */
  readonly issuer: string
  /** Whether organizations run it themselves too, each by an issuer of their own. */
  readonly isSelfHosted?: true
  readonly kind: UpstreamKind
  /** Whether its client secrets are signed with a key that it has given. */
  readonly hasAppleKey?: true
  readonly scopes: readonly string[]
  readonly isEmailTrusted: boolean
}

export type UpstreamPresetName = 'google' | 'apple' | 'github' | 'microsoft'

export const upstreamPresets: Readonly<Record<UpstreamPresetName, UpstreamPreset>> = {
  // https://developers.google.com/identity/openid-connect/openid-connect
  google: {
    name: 'Google',
    issuer: 'https://accounts.google.com',
    kind: 'oidc',
    scopes: ['openid', 'profile', 'email'],
    isEmailTrusted: true,
  },
  // https://developer.apple.com/documentation/signinwithapplerestapi
  apple: {
    name: 'Apple',
    issuer: 'https://appleid.apple.com',
    kind: 'oidc',
    hasAppleKey: true,
    scopes: ['openid', 'name', 'email'],
    isEmailTrusted: true,
  },
  // https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
  github: {
    name: 'GitHub',
    issuer: GITHUB_ISSUER,
    isSelfHosted: true,
    kind: 'oauth2',
    scopes: ['read:user', 'user:email'],
    isEmailTrusted: true,
  },
  // https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
  // An administrator of any tenant may write any address into `email` ("nOAuth"), and nothing there verifies it.
  microsoft: {
    name: 'Microsoft',
    issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
    kind: 'oidc',
    scopes: ['openid', 'profile', 'email'],
    isEmailTrusted: false,
  },
}
