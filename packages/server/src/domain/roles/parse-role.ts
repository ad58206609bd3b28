import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken } from '../names/scope-token.ts'

export type ParsedRole =
  | { readonly ok: true; readonly role: string }
  | { readonly ok: false; readonly reason: 'not_a_role'; readonly sentence: string }

/** Tokens carry the names of roles. */
const LONGEST_NAME = 64

/** Reads the name of a role, such as `editor` or `billing:read`: a scope-token of at most 64 characters. Case counts. */
export function parseRole(input: string): ParsedRole {
  if (isScopeToken(input) && input.length <= LONGEST_NAME) return { ok: true, role: input }
  return {
    ok: false,
    reason: 'not_a_role',
    sentence: `A role must be 1 to ${LONGEST_NAME} printable ASCII characters without blanks, quotes or backslashes, such as billing:read.`,
  }
}

/** What a role is, as an operator describes it: undefined when it can't be shown. */
export function parseRoleDescription(
  input: string,
): { readonly ok: true; readonly description: string } | { readonly ok: false; readonly sentence: string } {
  return isDisplayName(input)
    ? { ok: true, description: input }
    : { ok: false, sentence: DISPLAY_NAME_SENTENCE.replace('name', 'description') }
}
