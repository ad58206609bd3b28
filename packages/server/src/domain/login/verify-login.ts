import type { Database } from '../../platform/database/database.ts'
import { HashQueueFullError } from '../../platform/hash-queue/hash-queue.ts'
import { inSpan } from '../../platform/tracing/in-span.ts'
import type { Account } from '../accounts/account.ts'
import { findAccountByLoginName } from '../accounts/find-account-by-login-name.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { StoredPassword } from '../credentials/find-password.ts'
import { findPasswordOrDecoy } from '../credentials/find-password-or-decoy.ts'
import { hashPassword } from '../credentials/hash-password.ts'
import { needsRehash } from '../credentials/needs-rehash.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { spendDifference } from '../credentials/spend-difference.ts'
import { verifyPassword } from '../credentials/verify-password.ts'
import { checkThrottle } from '../throttle/check-throttle.ts'
import { recordFailure } from '../throttle/record-failure.ts'
import { type ThrottleSubject, throttleSubject } from '../throttle/throttle-subject.ts'
import type { LoginDeps } from './login-deps.ts'

export interface LoginAttempt {
  /** A user name or an e-mail address, as it was typed. Any text. */
  readonly login: string
  readonly password: string
  /** The address that the request came from, as the socket or a trusted proxy tells it. */
  readonly address: string | undefined
  /** Aborts when the client goes away: it then isn't hashed for. */
  readonly signal?: AbortSignal | undefined
  /** Called when all has been read that is needed: from now on it waits for its turn to be hashed, in a line of its own. */
  readonly onRead?: () => void
}

/** Why, for the log. Never for the answer, which is the same for all of them. */
export type LoginRefusal =
  | 'unknown_account'
  | 'disabled_account'
  | 'no_password'
  | 'wrong_password'
  | 'password_changed'

/** A right password, which opens nothing yet: `admitLogin` does, in the transaction that opens the session. */
export interface VerifiedLogin {
  readonly account: Account
  readonly subject: ThrottleSubject
  readonly password: StoredPassword
  /** The same password at our present cost, to be stored instead. Absent: no need. */
  readonly strongerHash: PasswordHash | undefined
}

export type LoginVerification =
  | { readonly ok: true; readonly login: VerifiedLogin }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly ok: false; readonly reason: 'refused'; readonly privateReason: LoginRefusal }

/**
 * Verifies a login name and a password. Unknown account, wrong password and disabled account take the same path: three reads, one
 * verification, one write. What was refused has been counted and audited when this answers; an attempt that is throttled from the start costs
 * one read and is not counted.
 *
 * Throws `HashQueueFullError` when too many passwords wait to be hashed (503 with its `retryAfterSeconds`), and the signal's
 * reason when the client went away.
 *
 * @see NIST SP 800-63B-4 §3.2.2, OWASP ASVS 5.0 6.3.8
 */
export function verifyLogin(surroundings: LoginDeps, attempt: LoginAttempt): Promise<LoginVerification> {
  return inSpan({ name: 'login verify' }, async (describe) => {
    const verification = await verify(surroundings, attempt)
    describe({ 'ostiary.login.outcome': verification.ok ? 'verified' : verification.reason })
    return verification
  })
}

async function verify(surroundings: LoginDeps, attempt: LoginAttempt): Promise<LoginVerification> {
  const { database, clock, passwordCost } = surroundings
  const subject = throttleSubject(attempt.login, attempt.address)
  const throttle = await checkThrottle(database.read, clock.now(), subject)
  if (!throttle.ok) return { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
  const hashQueue = surroundings.hashQueue.of(subject.network)
  const account = await findAccountByLoginName(database.read, attempt.login)
  const whose = { accountId: account?.id, login: attempt.login }
  const { password, hash } = await findPasswordOrDecoy(database.read, whose, passwordCost)
  attempt.onRead?.()
  const matches = await verifyPassword(hashQueue, hash, attempt.password, attempt.signal)
  const isRight = matches && account !== undefined && account.disabledAt === undefined && password !== undefined
  if (!isRight) await spendDifference(hashQueue, { hash, password: attempt.password }, passwordCost, attempt.signal)
  if (account === undefined) return refuse(database, subject, 'unknown_account')
  if (account.disabledAt !== undefined) return refuse(database, subject, 'disabled_account', account)
  if (password === undefined) return refuse(database, subject, 'no_password', account)
  if (!matches) return refuse(database, subject, 'wrong_password', account)
  const strongerHash = await strengthenHash({ ...surroundings, hashQueue }, password.hash, attempt)
  return { ok: true, login: { account, subject, password, strongerHash } }
}

async function refuse(
  database: Database,
  subject: ThrottleSubject,
  privateReason: LoginRefusal,
  account?: Account,
): Promise<LoginVerification> {
  const throttle = await database.write(async (tx) => {
    const { isCounted, verdict } = await recordFailure(tx, subject)
    await recordAuditEvent(tx, {
      act: 'login.refused',
      actor: 'anonymous',
      outcome: 'refused',
      accountId: account?.id,
      network: subject.network,
      detail: { reason: isCounted ? privateReason : 'throttled' },
    })
    return verdict
  })
  if (!throttle.ok) return { ok: false, reason: 'throttled', retryAfterSeconds: throttle.retryAfterSeconds }
  return { ok: false, reason: 'refused', privateReason }
}

/** A full line is no reason to refuse a right password: the hash stays as it is until the next login. */
async function strengthenHash(
  { hashQueue, passwordCost }: LoginDeps,
  hash: PasswordHash,
  { password, signal }: LoginAttempt,
): Promise<PasswordHash | undefined> {
  if (!needsRehash(hash, passwordCost)) return undefined
  try {
    return await hashPassword(hashQueue, password, { parameters: passwordCost, signal })
  } catch (error) {
    if (error instanceof HashQueueFullError) return undefined
    throw error
  }
}
