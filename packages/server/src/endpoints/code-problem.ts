import type { EnteredCode } from '../domain/email-challenges/enter-code.ts'
import { Problem } from '../platform/http/problem.ts'

export type RefusedCode = Exclude<EnteredCode, { ok: true }>

/** How a page answers it. */
export const refusedCodeStatuses = { wrong: 400, over: 400, used: 400, throttled: 429 } as const

/** The same for a program. */
export function toCodeProblem(refused: RefusedCode): Problem {
  if (refused.reason === 'throttled') return toThrottledProblem(refused.retryAfterSeconds)
  if (refused.reason === 'wrong')
    return new Problem({ status: 400, code: 'invalid_code', detail: "This code isn't right. Check it and try again." })
  return toOverProblem()
}

/** Of a code or a link. */
export function toOverProblem(): Problem {
  const detail = "This code or link isn't valid any more. Have a new mail sent."
  return new Problem({ status: 400, code: 'challenge_over', detail })
}

export function toThrottledProblem(seconds: number): Problem {
  return new Problem({
    status: 429,
    code: 'too_many_attempts',
    detail: `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    headers: { 'retry-after': String(seconds) },
    members: { retry_after: seconds },
  })
}
