import type { LoginAdmission } from '../../domain/login/admit-login.ts'
import { type LoginVerification, type VerifiedLogin, verifyLogin } from '../../domain/login/verify-login.ts'
import { HashQueueFullError } from '../../platform/hash-queue/hash-queue.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import type { LoginRequest } from './parse-request.ts'

/** What is told of a login that was not let in: nothing that depends on the account. */
export type RefusedLogin =
  | Exclude<LoginVerification | LoginAdmission, { ok: true }>
  | { readonly ok: false; readonly reason: 'busy'; readonly retryAfterSeconds: number }

/** Verifies user name and password; a full hash queue is one more way to be refused. */
export async function verifyLoginRequest(
  deps: LoginEndpointDeps,
  { username, password }: LoginRequest,
  address: string,
  signal: AbortSignal,
): Promise<{ readonly ok: true; readonly login: VerifiedLogin } | RefusedLogin> {
  try {
    return await verifyLogin(deps, { login: username, password, address, signal })
  } catch (error) {
    if (!(error instanceof HashQueueFullError)) throw error
    return { ok: false, reason: 'busy', retryAfterSeconds: error.retryAfterSeconds }
  }
}
