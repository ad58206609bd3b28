/** A signature algorithm of a token. `EdDSA` and `Ed25519` name the same one. @see RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2 */
export type Algorithm = 'ES256' | 'ES384' | 'EdDSA' | 'Ed25519' | 'RS256' | 'PS256' | 'HS256'
