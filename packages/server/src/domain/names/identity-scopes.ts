/** Scopes that ask for who a person is, and not for an API: OpenID Connect Core §5.4 and §11; and `organization`, for whom they act (decision 0037). */
export const identityScopes = [
  'openid',
  'profile',
  'email',
  'phone',
  'address',
  'offline_access',
  'organization',
] as const
export type IdentityScope = (typeof identityScopes)[number]

export function isIdentityScope(scope: string): scope is IdentityScope {
  return identityScopes.some((known) => known === scope)
}
