import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import type { ResolvedAccess } from '../apis/resolve-access.ts'
import { isIdentityScope } from '../names/identity-scopes.ts'
import type { Client } from './client.ts'
import { isOperatorsClient } from './is-operators-client.ts'

/**
 * Refuses a client what it may not have at an API. Only the Admin API is particular: nobody who registered themselves gets tokens for it, no
 * document on the web, and no client that an operator has not given these very scopes. Undefined: no client in particular, such as the owner
 * of an API key.
 */
export function admitToApi(client: Client | undefined, access: ResolvedAccess): ResolvedAccess {
  if (!access.ok || access.api.audience !== ADMIN_AUDIENCE) return access
  return mayAdminister(client, access.scopes) ? access : { ok: false, reason: 'not_for_client' }
}

/** Whether a client may have a token of the Admin API with these scopes. */
export function mayAdminister(client: Client | undefined, scopes: readonly string[]): boolean {
  if (client === undefined || !isOperatorsClient(client)) return false
  const wanted = scopes.filter((scope) => !isIdentityScope(scope))
  return wanted.length > 0 && wanted.every((scope) => client.scopes.includes(scope))
}
