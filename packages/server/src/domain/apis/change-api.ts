import type { Transaction } from '../../platform/database/database.ts'
import { parseRequiredFactor, REQUIRED_FACTOR_SENTENCE } from '../assurance/required-factor.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import type { Api } from './api.ts'
import { lockRow, selectApi, updateApi } from './api-store.ts'
import { parseScopeDescriptions, SCOPE_DESCRIPTION_SENTENCE } from './parse-api.ts'
import { type PermissionTexts, parsePermissions } from './parse-permissions.ts'

/** What an operator changes of an API, as text. A scope is never taken away: sessions that have it could not be refreshed any more. */
export interface ApiChange extends PermissionTexts {
  readonly audience: string
  readonly name?: string | undefined
  readonly addScopes?: readonly string[] | undefined
  /** Such as `orders:read=See your orders`. */
  readonly scopeDescriptions?: readonly string[] | undefined
  readonly removePermissions?: readonly string[] | undefined
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
  | { readonly ok: false; readonly reason: 'unknown_audience' }
  | { readonly ok: false; readonly reason: 'invalid'; readonly sentence: string }

/** An API that stays as it is until the transaction ends: whoever changes it waits. Absent: there is none. */
export async function lockApi(tx: Transaction, audience: string): Promise<Api | undefined> {
  await lockRow(tx.sql, audience)
  return selectApi(tx.sql, audience)
}

/**
 * Changes what an API declares. What roles have of it is another room's: who removes a permission takes it from them, and outdates their
 * accounts' claims, in the same transaction.
 */
export async function changeApi(tx: Transaction, change: ApiChange, actor: Actor): Promise<ChangedApi> {
  const before = await lockApi(tx, change.audience)
  if (!before) return { ok: false, reason: 'unknown_audience' }
  const changed = applyChange(before, change)
  if (!changed.ok) return changed
  const { api } = changed
  await updateApi(tx.sql, api)
  const removed = change.removePermissions ?? []
  const scopesBefore = new Map(before.permissions.map(({ name, scope }) => [name, scope]))
  const narrowed = api.permissions
    .filter(({ name, scope }) => scope !== undefined && scopesBefore.has(name) && scopesBefore.get(name) !== scope)
    .map(({ name }) => name)
  const added = api.permissions.map(({ name }) => name).filter((name) => !scopesBefore.has(name))
  const detail = { audience: api.audience, added_scopes: change.addScopes ?? [], added, removed, narrowed }
  await recordAuditEvent(tx, { act: 'api.changed', actor, outcome: 'done', detail })
  return { ok: true, api, removed, narrowed }
}

type AppliedChange =
  | { readonly ok: true; readonly api: Api }
  | { readonly ok: false; readonly reason: 'invalid'; readonly sentence: string }

function applyChange(api: Api, change: ApiChange): AppliedChange {
  const { name = api.name, addScopes = [], scopeDescriptions = [], removePermissions = [] } = change
  if (!isDisplayName(name)) return invalid(DISPLAY_NAME_SENTENCE)
  if (!addScopes.every(isScopeToken)) return invalid(SCOPE_TOKEN_SENTENCE)
  const scopes = [...new Set([...api.scopes, ...addScopes])]
  const described = parseScopeDescriptions(scopeDescriptions, scopes)
  if (!described) return invalid(SCOPE_DESCRIPTION_SENTENCE)
  const names = api.permissions.map((permission) => permission.name)
  const unknown = removePermissions.find((permission) => !names.includes(permission))
  if (unknown !== undefined) {
    return invalid(`The API does not have the permission ${unknown}. It has: ${names.join(', ') || 'none'}.`)
  }
  const kept = api.permissions.filter((permission) => !removePermissions.includes(permission.name))
  const declared = parsePermissions(change, kept, scopes)
  if (!declared.ok) return invalid(declared.sentence)
  const requiredAcr = changeRequired(api, change.requiredFactor)
  if (requiredAcr === null) return invalid(REQUIRED_FACTOR_SENTENCE)
  const { permissions } = declared
  const words = { ...api.scopeDescriptions, ...described }
  return { ok: true, api: { ...api, name, scopes, scopeDescriptions: words, permissions, requiredAcr } }
}

/** Null: there is no such factor. */
function changeRequired({ requiredAcr }: Api, factor: string | undefined): Api['requiredAcr'] | null {
  if (factor === undefined) return requiredAcr
  return factor === 'none' ? undefined : (parseRequiredFactor(factor) ?? null)
}

function invalid(sentence: string): Extract<AppliedChange, { ok: false }> {
  return { ok: false, reason: 'invalid', sentence }
}
