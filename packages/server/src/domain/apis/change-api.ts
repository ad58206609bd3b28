import type { Transaction } from '../../platform/database/database.ts'
import { parseRequiredFactor, REQUIRED_FACTOR_SENTENCE } from '../assurance/required-factor.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { refuseUnreadyKey, type UnreadyKey } from '../keys/find-key-readiness.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import { ADMIN_SCOPE_SENTENCE, isAdminScope } from './admin-api.ts'
import type { Api, ApiPermission } from './api.ts'
import { lockRow, selectApi, updateApi } from './api-store.ts'
import { isBuiltInApi } from './built-in-api.ts'
import { outliveLifetime } from './outlived-lifetime.ts'
import {
  isLifetime,
  LIFETIME_SENTENCE,
  parseScopeDescriptions,
  SCOPE_DESCRIPTION_SENTENCE,
  TOKEN_ALGORITHM_SENTENCE,
} from './parse-api.ts'
import { type ParsedPermissions, type PermissionTexts, parsePermissions } from './parse-permissions.ts'
import { tokenAlgorithms } from './token-algorithm.ts'

/** What an operator changes of an API, as text. A scope is never taken away: sessions that have it could not be refreshed any more. */
export interface ApiChange extends PermissionTexts {
  readonly audience: string
  readonly name?: string | undefined
  readonly addScopes?: readonly string[] | undefined
  /** Such as `orders:read=See your orders`. */
  readonly scopeDescriptions?: readonly string[] | undefined
  readonly removePermissions?: readonly string[] | undefined
  /** Whether the permissions and the words of scopes that are said are all of them: what is not said goes. Default: they are added. */
  readonly saysAll?: { readonly permissions?: boolean; readonly scopeDescriptions?: boolean } | undefined
  /** 1 to 86,400; of tokens that are issued from now on. */
  readonly lifetimeSeconds?: number | undefined
  /**
   * Neither from HS256 to another one nor back: the guards would need other keys in the same moment. The key of another one is published before, by
   * `advanceKeysInUse`, and for as long as anybody may keep a copy of the JWKS.
   */
  readonly algorithm?: string | undefined
  /** Such as `mfa`, or `none`. Default: as before. */
  readonly requiredFactor?: string | undefined
}

export type ChangedApi =
  | {
      readonly ok: true
      readonly api: Api
      /** Permissions that are gone. */
      readonly removed: readonly string[]
      /** Permissions that need another scope than before. */
      readonly narrowed: readonly string[]
    }
  | { readonly ok: false; readonly reason: 'unknown_audience' | 'built_in_api' }
  | { readonly ok: false; readonly reason: 'invalid'; readonly sentence: string }
  | UnreadyKey

/** An API that stays as it is until the transaction ends: whoever changes it waits. Absent: there is none. */
export async function lockApi(tx: Transaction, audience: string): Promise<Api | undefined> {
  await lockRow(tx.sql, audience)
  return selectApi(tx.sql, audience)
}

/**
 * Changes what an API declares. What roles have of it is another room's: who removes a permission takes it from them, and outdates their
 * accounts' claims, in the same transaction.
 *
 * @param check asks, once nobody else can change it any more, whether it may be changed, and throws where it may not. Default: it may
 */
export async function changeApi(
  tx: Transaction,
  change: ApiChange,
  actor: Actor,
  check: (before: Api) => void = () => {},
): Promise<ChangedApi> {
  if (isBuiltInApi(change.audience)) return { ok: false, reason: 'built_in_api' }
  const before = await lockApi(tx, change.audience)
  if (!before) return { ok: false, reason: 'unknown_audience' }
  check(before)
  const changed = applyChange(before, change)
  if (!changed.ok) return changed
  const { api } = changed
  const unready = api.algorithm === before.algorithm ? undefined : await refuseUnreadyKey(tx.sql, api.algorithm, tx.now)
  if (unready) return unready
  await updateApi(tx.sql, api)
  if (api.lifetimeSeconds < before.lifetimeSeconds) await outliveLifetime(tx, before)
  const names = new Set(api.permissions.map(({ name }) => name))
  const removed = before.permissions.map(({ name }) => name).filter((name) => !names.has(name))
  const scopesBefore = new Map(before.permissions.map(({ name, scope }) => [name, scope]))
  const narrowed = api.permissions
    .filter(({ name, scope }) => scope !== undefined && scopesBefore.has(name) && scopesBefore.get(name) !== scope)
    .map(({ name }) => name)
  const added = [...names].filter((name) => !scopesBefore.has(name))
  const { audience, lifetimeSeconds: lifetime, algorithm } = api
  const detail = { audience, lifetime, algorithm, added_scopes: change.addScopes ?? [], added, removed, narrowed }
  await recordAuditEvent(tx, { act: 'api.changed', actor, outcome: 'done', detail })
  return { ok: true, api, removed, narrowed }
}

type AppliedChange =
  | { readonly ok: true; readonly api: Api }
  | { readonly ok: false; readonly reason: 'invalid'; readonly sentence: string }

function applyChange(api: Api, change: ApiChange): AppliedChange {
  const { name = api.name, addScopes = [], scopeDescriptions = [], saysAll = {} } = change
  if (!isDisplayName(name)) return invalid(DISPLAY_NAME_SENTENCE)
  if (!addScopes.every(isScopeToken)) return invalid(SCOPE_TOKEN_SENTENCE)
  if (addScopes.some((scope) => isAdminScope(scope) && !api.scopes.includes(scope)))
    return invalid(ADMIN_SCOPE_SENTENCE)
  const scopes = [...new Set([...api.scopes, ...addScopes])]
  const described = parseScopeDescriptions(scopeDescriptions, scopes)
  if (!described) return invalid(SCOPE_DESCRIPTION_SENTENCE)
  const declared = changePermissions(api, change, scopes)
  if (!declared.ok) return invalid(declared.sentence)
  const requiredAcr = changeRequired(api, change.requiredFactor)
  if (requiredAcr === null) return invalid(REQUIRED_FACTOR_SENTENCE)
  const issuing = changeIssuing(api, change)
  if (!issuing.ok) return issuing
  const { permissions } = declared
  const words = saysAll.scopeDescriptions === true ? described : { ...api.scopeDescriptions, ...described }
  return {
    ok: true,
    api: { ...api, ...issuing.issuing, name, scopes, scopeDescriptions: words, permissions, requiredAcr },
  }
}

function changePermissions(api: Api, change: ApiChange, scopes: readonly string[]): ParsedPermissions {
  const { removePermissions = [], saysAll = {} } = change
  const names = api.permissions.map((permission) => permission.name)
  const unknown = removePermissions.find((permission) => !names.includes(permission))
  if (unknown !== undefined) {
    const sentence = `The API does not have the permission ${unknown}. It has: ${names.join(', ') || 'none'}.`
    return { ok: false, sentence }
  }
  const isKept = ({ name }: ApiPermission) => saysAll.permissions !== true && !removePermissions.includes(name)
  return parsePermissions(change, api.permissions.filter(isKept), scopes)
}

type ChangedIssuing =
  | { readonly ok: true; readonly issuing: Pick<Api, 'lifetimeSeconds' | 'algorithm'> }
  | Extract<AppliedChange, { ok: false }>

function changeIssuing(api: Api, { lifetimeSeconds = api.lifetimeSeconds, algorithm }: ApiChange): ChangedIssuing {
  if (!isLifetime(lifetimeSeconds)) return invalid(LIFETIME_SENTENCE)
  const wanted = tokenAlgorithms.find((known) => known === (algorithm ?? api.algorithm))
  if (!wanted) return invalid(TOKEN_ALGORITHM_SENTENCE)
  if (wanted !== api.algorithm && (wanted === 'HS256' || api.algorithm === 'HS256'))
    return invalid(
      'An API does not change to HS256 or from it: its guards verify with the secret or with the JWKS, and none does both. Register a further API and move over.',
    )
  return { ok: true, issuing: { lifetimeSeconds, algorithm: wanted } }
}

/** Null: there is no such factor. */
function changeRequired({ requiredAcr }: Api, factor: string | undefined): Api['requiredAcr'] | null {
  if (factor === undefined) return requiredAcr
  return factor === 'none' ? undefined : (parseRequiredFactor(factor) ?? null)
}

function invalid(sentence: string): Extract<AppliedChange, { ok: false }> {
  return { ok: false, reason: 'invalid', sentence }
}
