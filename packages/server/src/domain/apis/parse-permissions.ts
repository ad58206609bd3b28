import { isDisplayName } from '../names/display-name.ts'
import { isPermissionName, PERMISSION_NAME_SENTENCE } from '../names/permission-name.ts'
import type { ApiPermission } from './api.ts'

/** So many has an API, and so many characters their names together: a token carries all of them at most, and has to fit a header. */
const MOST_PERMISSIONS = 100
const LONGEST_NAMES = 4096

const PERMISSION_DESCRIPTION_SENTENCE =
  'The words of a permission, such as "orders:refund=Give money back", are 1 to 128 characters, none of them invisible.'

/** What an operator says of permissions. */
export interface PermissionTexts {
  /** Such as `orders:refund`, or with words for people `orders:refund=Give money back`. */
  readonly permissions?: readonly string[] | undefined
  /** Which scope a permission needs, such as `orders:refund=orders:write`; `orders:refund=` needs none. */
  readonly permissionScopes?: readonly string[] | undefined
}

export type ParsedPermissions =
  | { readonly ok: true; readonly permissions: readonly ApiPermission[] }
  | { readonly ok: false; readonly sentence: string }

/**
 * Adds to the permissions of an API what the texts declare; what is said of a known one is changed. A new one that is named like a scope of
 * the API needs that scope, unless something else is said: the same word shall not mean more for a client that has it not.
 */
export function parsePermissions(
  { permissions: declared = [], permissionScopes = [] }: PermissionTexts,
  known: readonly ApiPermission[],
  scopes: readonly string[],
): ParsedPermissions {
  const permissions: Permissions = new Map(known.map((permission) => [permission.name, permission]))
  const sentences = [
    ...declared.map((text) => declare(text, permissions, scopes)),
    ...permissionScopes.map((text) => cover(text, permissions, scopes)),
  ]
  const sentence = sentences.find((each) => each !== undefined)
  if (sentence !== undefined) return wrong(sentence)
  return validateSize([...permissions.values()].sort((one, other) => (one.name < other.name ? -1 : 1)))
}

type Permissions = Map<string, ApiPermission>

/** Adds one; a sentence when that can't be. */
function declare(text: string, permissions: Permissions, scopes: readonly string[]): string | undefined {
  const [name, words] = splitAtSign(text)
  if (!isPermissionName(name)) return PERMISSION_NAME_SENTENCE
  if (words !== undefined && !isDisplayName(words)) return PERMISSION_DESCRIPTION_SENTENCE
  const before = permissions.get(name)
  const scope = before === undefined && scopes.includes(name) ? name : before?.scope
  permissions.set(name, { name, description: words ?? before?.description, scope })
  return undefined
}

/** Says which scope one needs; a sentence when that can't be. */
function cover(text: string, permissions: Permissions, scopes: readonly string[]): string | undefined {
  const [name, scope] = splitAtSign(text)
  const permission = permissions.get(name)
  if (permission === undefined || scope === undefined || !(scope === '' || scopes.includes(scope))) {
    const known = scopes.join(', ') || 'it has none'
    return `A permission's scope is written as "orders:refund=orders:write": a permission of the API, then one of its scopes (${known}).`
  }
  permissions.set(name, { ...permission, scope: scope === '' ? undefined : scope })
  return undefined
}

function validateSize(permissions: readonly ApiPermission[]): ParsedPermissions {
  if (permissions.length > MOST_PERMISSIONS) {
    return wrong(
      `An API has at most ${MOST_PERMISSIONS} permissions, since a token carries them: this makes ${permissions.length}.`,
    )
  }
  const length = permissions.reduce((sum, { name }) => sum + name.length, 0)
  if (length > LONGEST_NAMES) {
    return wrong(
      `The names of an API's permissions have at most ${LONGEST_NAMES} characters together, since a token carries them: these have ${length}.`,
    )
  }
  return { ok: true, permissions }
}

function splitAtSign(text: string): readonly [name: string, rest: string | undefined] {
  const at = text.indexOf('=')
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function wrong(sentence: string): ParsedPermissions {
  return { ok: false, sentence }
}
