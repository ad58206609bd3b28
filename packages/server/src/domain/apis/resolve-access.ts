import type { Queries } from '../../platform/database/database.ts'
import type { Api } from './api.ts'
import { selectApi } from './api-store.ts'
import { isSameResource } from './is-same-resource.ts'
import { listOperatorsApis } from './list-apis.ts'

/** What a caller asks for: an audience and scopes of it. Absent: the only registered API, all of its scopes. */
export interface AccessRequest {
  readonly audience?: string | undefined
  readonly scopes?: readonly string[] | undefined
}

/** Refusals carry the names that would have been right, for callers who may know them. */
export type RefusedAccess =
  | { readonly ok: false; readonly reason: 'no_api' | 'not_for_client' }
  | {
      readonly ok: false
      readonly reason: 'missing_audience' | 'unknown_audience'
      readonly registered: readonly string[]
    }
  | {
      readonly ok: false
      readonly reason: 'unknown_scope'
      readonly unknown: readonly string[]
      readonly registered: readonly string[]
    }

export type ResolvedAccess =
  | { readonly ok: true; readonly api: Api; readonly scopes: readonly string[] }
  | RefusedAccess

/**
 * Finds the API that is asked for and checks that it has the scopes (RFC 8707 §2, RFC 6749 §3.3). The Admin API is never meant where none is
 * named.
 */
export async function resolveAccess(sql: Queries, { audience, scopes }: AccessRequest): Promise<ResolvedAccess> {
  const api = audience === undefined ? undefined : await selectApi(sql, audience)
  if (api) return resolveScopes(api, scopes)
  const apis = await listOperatorsApis(sql)
  const [only] = apis
  if (!only) return { ok: false, reason: 'no_api' }
  const meant = audience === undefined ? undefined : apis.find((one) => isSameResource(audience, one.audience))
  if (meant) return resolveScopes(meant, scopes)
  if (audience === undefined && apis.length === 1) return resolveScopes(only, scopes)
  const reason = audience === undefined ? 'missing_audience' : 'unknown_audience'
  return { ok: false, reason, registered: apis.map((candidate) => candidate.audience) }
}

function resolveScopes(api: Api, scopes: readonly string[] = api.scopes): ResolvedAccess {
  const unknown = scopes.filter((scope) => !api.scopes.includes(scope))
  if (unknown.length > 0) return { ok: false, reason: 'unknown_scope', unknown, registered: api.scopes }
  return { ok: true, api, scopes: [...new Set(scopes)] }
}

/** One sentence for who may know what is registered. */
export function describeRefusedAccess(refused: RefusedAccess): string {
  switch (refused.reason) {
    case 'no_api':
      return 'No API is registered. Register one with `ostiary api create`.'
    case 'not_for_client':
      return 'Only a client that an operator registered, with scopes of the Admin API, gets tokens for it: those scopes and no others.'
    case 'missing_audience':
      return `Several APIs are registered: name one of them as resource (or audience): ${refused.registered.join(', ')}.`
    case 'unknown_audience':
      return `No API of that audience is registered. Registered: ${refused.registered.join(', ')}.`
    case 'unknown_scope':
      return `That API does not have the scope ${refused.unknown.join(', ')}. It has: ${refused.registered.join(', ') || 'none'}.`
  }
}
