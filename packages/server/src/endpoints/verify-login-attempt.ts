import type { LoginAdmission } from '../domain/login/admit-login.ts'
import type { LoginDeps } from '../domain/login/login-deps.ts'
import {
  type LoginAttempt,
  type LoginVerification,
  type VerifiedLogin,
  verifyLogin,
} from '../domain/login/verify-login.ts'
import { HashQueueFullError } from '../platform/hash-queue/hash-queue.ts'

/** What is told of a login that was not let in: nothing that depends on the account. */
export type RefusedLogin =
  | Exclude<LoginVerification | LoginAdmission, { ok: true }>
  | { readonly ok: false; readonly reason: 'busy'; readonly retryAfterSeconds: number }

/** How a page answers it. */
export const refusedLoginStatuses = { refused: 401, throttled: 429, busy: 503 } as const

/** Verifies user name and password; a full hash queue is one more way to be refused. */
export async function verifyLoginAttempt(
  deps: LoginDeps,
  attempt: LoginAttempt,
): Promise<{ readonly ok: true; readonly login: VerifiedLogin } | RefusedLogin> {
  try {
    return await verifyLogin(deps, attempt)
  } catch (error) {
    if (!(error instanceof HashQueueFullError)) throw error
    return { ok: false, reason: 'busy', retryAfterSeconds: error.retryAfterSeconds }
  }
}
