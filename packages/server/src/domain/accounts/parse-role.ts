import { isScopeToken } from '../names/scope-token.ts'

export type ParsedRole =
  | { readonly ok: true; readonly role: string }
  | { readonly ok: false; readonly reason: 'not_a_role'; readonly sentence: string }

/** Reads the name of a role, such as `editor` or `billing:read`: a scope-token, so that it can stand wherever a scope can. Case counts. */
export function parseRole(input: string): ParsedRole {
  if (isScopeToken(input)) return { ok: true, role: input }
  return {
    ok: false,
    reason: 'not_a_role',
    sentence:
      'A role must be 1 to 128 printable ASCII characters without blanks, quotes or backslashes, such as billing:read.',
  }
}
