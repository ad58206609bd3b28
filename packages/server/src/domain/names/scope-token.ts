/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ); here at most 128 of them. */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(text)
}

export const SCOPE_TOKEN_SENTENCE =
  'A scope must be 1 to 128 printable ASCII characters without blanks, quotes or backslashes, such as orders:write.'

/** Whether a scope is of this server and no API: by it a client introspects or revokes, and an operator alone gives it. */
export function isServerScope(scope: string): boolean {
  return scope.startsWith('introspect:') || scope === 'revocations:write'
}
