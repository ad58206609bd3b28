/** What is known beforehand of a provider. */
export interface UpstreamPreset {
  readonly name: string
  /** `{tenant}` is filled in by the operator. */
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly isEmailTrusted: boolean
}

export type UpstreamPresetName = 'google' | 'microsoft'

export const upstreamPresets: Readonly<Record<UpstreamPresetName, UpstreamPreset>> = {
  // https://developers.google.com/identity/openid-connect/openid-connect
  google: {
    name: 'Google',
    issuer: 'https://accounts.google.com',
    scopes: ['openid', 'profile', 'email'],
    isEmailTrusted: true,
  },
  // https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
  // An administrator of any tenant may write any address into `email` ("nOAuth"), and nothing there verifies it.
  microsoft: {
    name: 'Microsoft',
    issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
    scopes: ['openid', 'profile', 'email'],
    isEmailTrusted: false,
  },
}
