import type { Argon2Parameters } from './argon2-parameters.ts'

declare const isPasswordHash: unique symbol

/** A hash that is safe to verify against: made here, or checked by `parsePasswordHash`. */
export type PasswordHash = string & { readonly [isPasswordHash]: true }

/** What a PHC string says of itself. */
export interface Argon2Settings extends Argon2Parameters {
  readonly algorithm: 'argon2d' | 'argon2i' | 'argon2id'
  /** 19 is version 1.3 (RFC 9106), 16 the older 1.0. */
  readonly version: 16 | 19
  readonly saltBytes: number
  readonly digestBytes: number
}
