import { hashPassword } from '../domain/credentials/hash-password.ts'
import type { PasswordHash } from '../domain/credentials/password-hash.ts'
import {
  type PasswordContext,
  type PasswordValidation,
  validatePassword,
} from '../domain/credentials/validate-password.ts'
import type { LoginDeps } from '../domain/login/login-deps.ts'
import { HashQueueFullError } from '../platform/hash-queue/hash-queue.ts'
import { Problem } from '../platform/http/problem.ts'

export type RefusedPassword =
  | Exclude<PasswordValidation, { ok: true }>
  | { readonly ok: false; readonly reason: 'busy'; readonly retryAfterSeconds: number }

/** Hashes a password that an account may have. */
export async function hashNewPassword(
  { hashQueue, passwordCost }: LoginDeps,
  password: string,
  { context, signal }: { readonly context: PasswordContext; readonly signal: AbortSignal },
): Promise<{ readonly ok: true; readonly hash: PasswordHash } | RefusedPassword> {
  const validation = await validatePassword(password, context)
  if (!validation.ok) return validation
  try {
    return { ok: true, hash: await hashPassword(hashQueue, password, { parameters: passwordCost, signal }) }
  } catch (error) {
    if (!(error instanceof HashQueueFullError)) throw error
    return { ok: false, reason: 'busy', retryAfterSeconds: error.retryAfterSeconds }
  }
}

/** How a program is told. */
export function toPasswordProblem(refused: RefusedPassword): Problem {
  if (refused.reason !== 'busy')
    return new Problem({
      status: 400,
      code: 'refused_password',
      detail: refused.sentence,
      members: { reason: refused.reason },
    })
  const headers = { 'retry-after': String(refused.retryAfterSeconds) }
  const detail = 'Too many passwords are being hashed at this moment. Try again in a few seconds.'
  return new Problem({ status: 503, code: 'busy', detail, headers })
}
