import {
  describeRefusedAccess,
  type RefusedAccess,
  type ResolvedAccess,
  resolveAccess,
} from '../../domain/apis/resolve-access.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { admitLogin, type LoginAdmission } from '../../domain/login/admit-login.ts'
import type { LoginOutcome } from '../../domain/login/login-outcome.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { openSession } from '../../domain/sessions/open-session.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import type { LoginRequest } from './parse-request.ts'
import { type RefusedLogin, verifyLoginRequest } from './verify-login-request.ts'

/** RFC 6749 §5.1, on the wire. `session_id` is the `sid` of the token. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
  readonly session_id: string
}

export type ProgramLogin =
  | { readonly ok: true; readonly answer: TokenAnswer; readonly algorithm: string }
  | { readonly ok: false; readonly outcome: LoginOutcome; readonly problem: Problem }

/**
 * Logs a program in: a password for an access token of one API.
 *
 * Problems: 401 `invalid_credentials`, the same for an unknown account, a wrong password and a disabled account; 429
 * `too_many_attempts` and 503 `busy`, both with Retry-After; 400 `invalid_target` or `invalid_scope`, told only to who was admitted.
 */
export async function logInProgram(
  deps: LoginEndpointDeps,
  request: LoginRequest,
  address: string,
  signal: AbortSignal,
): Promise<ProgramLogin> {
  const verified = await verifyLoginRequest(deps, request, address, signal)
  if (!verified.ok) return refuse(verified)
  const opened = await deps.database.write((tx) => openAdmittedSession(tx, verified.login, request))
  if ('admission' in opened) return refuse(opened.admission)
  if ('refusedAccess' in opened) return refuseTarget(opened.refusedAccess)
  const { access, session } = opened
  const { token, expiresInSeconds, scope } = await deps.tokenIssuer.issueAccessToken({
    api: access.api,
    scopes: access.scopes,
    subject: verified.login.account.id,
    clientId: LOGIN_CLIENT_ID,
    sessionId: session.id,
    now: session.createdAt,
    authentication: { at: session.createdAt, methods: ['pwd'] },
  })
  const answer: TokenAnswer = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    scope,
    session_id: session.id,
  }
  return { ok: true, answer, algorithm: access.api.algorithm }
}

type Opened =
  | { readonly admission: Exclude<LoginAdmission, { ok: true }> }
  | { readonly refusedAccess: RefusedAccess }
  | { readonly access: Extract<ResolvedAccess, { ok: true }>; readonly session: Session }

/**
 * Admission comes first: until then not even a right password may learn anything, or a bad audience would tell it apart from a
 * wrong one past the throttle. Until there are refresh tokens, the session lives exactly as long as its token.
 */
async function openAdmittedSession(tx: Transaction, login: VerifiedLogin, request: LoginRequest): Promise<Opened> {
  const admission = await admitLogin(tx, login, LOGIN_CLIENT_ID)
  if (!admission.ok) return { admission }
  const who = { accountId: login.account.id, clientId: LOGIN_CLIENT_ID, network: login.subject.network }
  const access = await resolveAccess(tx.sql, request)
  if (!access.ok) {
    const actor = `account:${who.accountId}` as const
    const detail = { reason: access.reason, audience: request.audience ?? null }
    await recordAuditEvent(tx, { ...who, act: 'token.refused', actor, outcome: 'refused', detail })
    return { refusedAccess: access }
  }
  return { access, session: await openSession(tx, { ...who, lifetimeMilliseconds: access.api.lifetimeSeconds * 1000 }) }
}

function refuse(refused: RefusedLogin): ProgramLogin {
  return { ok: false, outcome: refused.reason, problem: toProblem(refused) }
}

function toProblem(refused: RefusedLogin): Problem {
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
  const when = `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
  const retry = { headers: { 'retry-after': String(seconds) }, members: { retry_after: seconds } }
  return refused.reason === 'throttled'
    ? new Problem({ status: 429, code: 'too_many_attempts', detail: `Too many attempts. ${when}`, ...retry })
    : new Problem({ status: 503, code: 'busy', detail: `Too many people sign in at this moment. ${when}`, ...retry })
}

/** Who has proved a password is a first-party caller and may know what is registered. */
function refuseTarget(refused: RefusedAccess): ProgramLogin {
  const problem = new Problem({
    status: 400,
    // RFC 6749 §5.2 and RFC 8707 §2.
    code: refused.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target',
    detail: describeRefusedAccess(refused),
    members: 'registered' in refused ? { registered: refused.registered } : {},
  })
  return { ok: false, outcome: 'invalid_target', problem }
}
