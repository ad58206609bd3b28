import type { LoginAdmission } from '../../domain/login/admit-login.ts'
import { type LoginVerification, type VerifiedLogin, verifyLogin } from '../../domain/login/verify-login.ts'
import { HashQueueFullError } from '../../platform/hash-queue/hash-queue.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { LoginDeps } from './login-deps.ts'
import type { LoginRequest } from './parse-request.ts'

/**
 * Verifies user name and password.
 *
 * @throws Problem 401 `invalid_credentials`, the same for an unknown account, a wrong password and a disabled account; 429
 * `too_many_attempts` and 503 `busy`, both with Retry-After.
 */
export async function verifyLoginRequest(
  deps: LoginDeps,
  { username, password }: LoginRequest,
  address: string,
  signal: AbortSignal,
): Promise<VerifiedLogin> {
  let verification: LoginVerification
  try {
    verification = await verifyLogin(deps, { login: username, password, address, signal })
  } catch (error) {
    throw error instanceof HashQueueFullError ? busy(deps, error) : error
  }
  if (verification.ok) return verification.login
  throw toProblem(deps, verification)
}

type Refused = Exclude<LoginVerification | LoginAdmission, { ok: true }>

/** Counts the refusal and says no more of it than its kind. */
export function toProblem(deps: LoginDeps, refused: Refused): Problem {
  deps.countLogin(refused.reason)
  if (refused.reason === 'refused') {
    return new Problem({
      status: 401,
      code: 'invalid_credentials',
      detail: "That didn't match. Check the user name and password.",
      // RFC 9110 §11.6.1: a 401 names a scheme. Not Basic, or browsers would open their own dialog.
      headers: { 'www-authenticate': 'FormLogin' },
    })
  }
  const seconds = refused.retryAfterSeconds
  return new Problem({
    status: 429,
    code: 'too_many_attempts',
    detail: `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    headers: { 'retry-after': String(seconds) },
    members: { retry_after: seconds },
  })
}

function busy(deps: LoginDeps, { retryAfterSeconds }: HashQueueFullError): Problem {
  deps.countLogin('busy')
  return new Problem({
    status: 503,
    code: 'busy',
    detail: `Too many people sign in at this moment. Try again in ${retryAfterSeconds} seconds.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
    members: { retry_after: retryAfterSeconds },
  })
}
