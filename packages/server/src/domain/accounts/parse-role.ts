export type ParsedRole =
  | { readonly ok: true; readonly role: string }
  | { readonly ok: false; readonly reason: 'not_a_role'; readonly sentence: string }

// RFC 6749 §3.3 scope-token, so that a role can stand wherever a scope can; 1..64 characters.
const roleName = /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/

/** Reads the name of a role, such as `editor` or `billing:read`. Case counts. */
export function parseRole(input: string): ParsedRole {
  if (roleName.test(input)) return { ok: true, role: input }
  return {
    ok: false,
    reason: 'not_a_role',
    sentence: 'A role has 1 to 64 ASCII characters and no blank, quotation mark or backslash.',
  }
}
