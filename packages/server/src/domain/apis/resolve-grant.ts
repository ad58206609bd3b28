import type { Queries } from '../../platform/database/database.ts'
import { identityScopes, isIdentityScope } from '../names/identity-scopes.ts'
import type { Api } from './api.ts'
import { isSameResource } from './is-same-resource.ts'
import { type AccessRequest, type ResolvedAccess, resolveAccess } from './resolve-access.ts'

/** What tokens are for that only tell who a person is: the userinfo endpoint, and no registered API. */
export function identityApi(issuer: string): Api {
  return {
    audience: issuer,
    name: 'Ostiary',
    scopes: identityScopes,
    scopeDescriptions: {},
    permissions: [],
    lifetimeSeconds: 300,
    algorithm: 'ES256',
    requiredAcr: undefined,
    sealedSecret: undefined,
    createdAt: 0,
  }
}

/** As `resolveAccess`, with scopes of OpenID Connect among those of the API, or alone: then the audience is the issuer. */
export async function resolveGrant(
  sql: Queries,
  issuer: string,
  { audience, scopes }: AccessRequest,
): Promise<ResolvedAccess> {
  const identity = (scopes ?? []).filter(isIdentityScope)
  const others = scopes?.filter((scope) => !isIdentityScope(scope))
  const isIdentityOnly =
    audience === undefined ? identity.length > 0 && others?.length === 0 : isSameResource(audience, issuer)
  if (isIdentityOnly) return resolveIdentity(issuer, identity, others ?? [])
  const access = await resolveAccess(sql, { audience, scopes: others })
  return access.ok ? { ...access, scopes: [...new Set([...identity, ...access.scopes])] } : access
}

function resolveIdentity(issuer: string, scopes: readonly string[], unknown: readonly string[]): ResolvedAccess {
  const api = identityApi(issuer)
  if (unknown.length > 0) return { ok: false, reason: 'unknown_scope', unknown, registered: api.scopes }
  return { ok: true, api, scopes: [...new Set(scopes)] }
}
