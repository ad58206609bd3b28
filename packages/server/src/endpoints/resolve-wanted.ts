import { describeRefusedAccess, type ResolvedAccess } from '../domain/apis/resolve-access.ts'
import { resolveGrant } from '../domain/apis/resolve-grant.ts'
import { admitToApi } from '../domain/clients/admit-to-api.ts'
import type { Client } from '../domain/clients/client.ts'
import { isIdentityScope } from '../domain/names/identity-scopes.ts'
import { isScopeToken } from '../domain/names/scope-token.ts'
import type { Database } from '../platform/database/database.ts'
import type { OauthErrorCode } from './oauth-error-codes.ts'

/** Why a client cannot have what it asks for: RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2. */
export interface RefusedWish {
  readonly error: OauthErrorCode
  /** One sentence that tells the developer what to change. */
  readonly description: string
}

/** What a client asks for on behalf of a person, with the wire's names; absent or empty where it names none. */
export interface Wish {
  readonly scope?: string | undefined
  readonly resource?: string | undefined
  readonly audience?: string | undefined
}

/** What the tokens are to be for: an API and scopes of it, or only who the person is. */
export async function resolveWanted(
  { database, issuer }: { readonly database: Database; readonly issuer: string },
  client: Client,
  wish: Wish,
): Promise<Extract<ResolvedAccess, { ok: true }> | { readonly ok: false; readonly error: RefusedWish }> {
  const scopes = splitWords(wish.scope)
  if (scopes && !scopes.every(isScopeToken)) return refuse('invalid_scope', 'Name scopes with single blanks between.')
  const foreign = scopes?.find((scope) => !mayAsk(client, scope))
  if (foreign !== undefined) return refuse('invalid_scope', `The client is not registered for the scope ${foreign}.`)
  if (wish.resource && wish.audience && wish.resource !== wish.audience)
    return refuse('invalid_request', 'resource and audience name two APIs.')
  const audience = wish.resource ?? wish.audience
  const ofClient = client.scopes.length > 0 ? client.scopes : undefined
  const access = admitToApi(client, await resolveGrant(database.read, issuer, { audience, scopes: scopes ?? ofClient }))
  if (access.ok) return access
  return refuse(access.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target', describeRefusedAccess(access))
}

export function splitWords(text: string | undefined): readonly string[] | undefined {
  return text?.split(' ').filter((word) => word !== '')
}

/** A client that is registered for no scope in particular may ask for any. */
export function mayAsk(client: Client, scope: string): boolean {
  return client.scopes.length === 0 || isIdentityScope(scope) || client.scopes.includes(scope)
}

function refuse(error: OauthErrorCode, description: string): { readonly ok: false; readonly error: RefusedWish } {
  return { ok: false, error: { error, description } }
}
