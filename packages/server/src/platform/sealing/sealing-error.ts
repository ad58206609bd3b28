export type SealingErrorCode = 'malformed_secret' | 'unknown_secret' | 'damaged_sealed_text'

/** A secret or a sealed text cannot be used. The message says what to do and holds no secret. */
export class SealingError extends Error {
  override readonly name = 'SealingError'
  readonly code: SealingErrorCode
  constructor(code: SealingErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
