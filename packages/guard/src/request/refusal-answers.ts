/** Every reason that a request is refused for. */
export type RefusalCode =
  | 'token_missing'
  | 'token_expired'
  | 'token_invalid'
  | 'insufficient_scope'
  | 'invalid_request'
  | 'keys_unavailable'
