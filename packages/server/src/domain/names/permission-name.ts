import { isScopeToken } from './scope-token.ts'

/** A scope-token (RFC 6749 §3.3) of at most 64 characters, without the sign that parts a name from its words on a command line. */
export function isPermissionName(text: string): boolean {
  return isScopeToken(text) && text.length <= 64 && !text.includes('=')
}

export const PERMISSION_NAME_SENTENCE =
  'A permission must be 1 to 64 printable ASCII characters without blanks, quotes, backslashes or =, such as orders:refund.'
