/** A key as JSON. @see RFC 7517 §4, RFC 7518 §6, RFC 8037 §2 */
export interface JsonWebKey {
  readonly kty: string
  readonly kid?: string
  readonly alg?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
  readonly k?: string
  readonly [member: string]: unknown
}

/** A set of keys as JSON. @see RFC 7517 §5 */
export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKey[]
}
