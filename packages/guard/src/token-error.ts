import type { FailedCheck } from './guard-event.ts'
import { type RefusalCode, refusalAnswers } from './request/refusal-answers.ts'

/** A token that was not accepted. `message` may be shown to anybody; `reason` is for logs only. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly code: RefusalCode
  /** Which check failed, what it expected and what it got; undefined when it came to no check. */
  readonly reason: FailedCheck | undefined

  constructor(code: RefusalCode, reason?: FailedCheck) {
    super(refusalAnswers[code].message)
    this.code = code
    this.reason = reason
  }
}
