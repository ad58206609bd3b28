import {
  type AccessRequest,
  describeRefusedAccess,
  type RefusedAccess,
  type ResolvedAccess,
  resolveAccess,
} from '../../domain/apis/resolve-access.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/create-client.ts'
import { admitLogin } from '../../domain/login/admit-login.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { openSession } from '../../domain/sessions/open-session.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { LoginDeps } from './login-deps.ts'
import type { LoginRequest } from './parse-request.ts'
import { toProblem, verifyLoginRequest } from './verify-login-request.ts'

/** RFC 6749 §5.1, on the wire. `session_id` is the `sid` of the token. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
  readonly session_id: string
}

/**
 * Logs a program in: a password for an access token of one API.
 *
 * @throws Problem 400 `invalid_target` or `invalid_scope` (told only after the password was right), 401, 429, 503
 */
export async function logInProgram(
  deps: LoginDeps,
  request: LoginRequest,
  address: string,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const login = await verifyLoginRequest(deps, request, address, signal)
  const { api, scopes } = await resolveOrRefuse(deps, request)
  const session = await openAdmittedSession(deps, login, api.lifetimeSeconds)
  const { token, expiresIn, scope } = await deps.tokenIssuer.issueAccessToken({
    api,
    scopes,
    subject: login.account.id,
    clientId: LOGIN_CLIENT_ID,
    sessionId: session.id,
    now: session.createdAt,
    authentication: { at: session.createdAt, methods: ['pwd'] },
  })
  deps.countLogin('succeeded')
  deps.countToken(api.algorithm)
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope, session_id: session.id }
}

/** Who has proved a password is a first-party caller and may know what is registered. */
async function resolveOrRefuse(
  deps: LoginDeps,
  request: AccessRequest,
): Promise<Extract<ResolvedAccess, { ok: true }>> {
  const access = await resolveAccess(deps.database.read, request)
  if (access.ok) return access
  deps.countLogin('invalid_target')
  throw toInvalidTarget(access)
}

function toInvalidTarget(refused: RefusedAccess): Problem {
  return new Problem({
    status: 400,
    // RFC 6749 §5.2 and RFC 8707 §2.
    code: refused.reason === 'scope_unknown' ? 'invalid_scope' : 'invalid_target',
    detail: describeRefusedAccess(refused),
    members: 'registered' in refused ? { registered: refused.registered } : {},
  })
}

/** Until there are refresh tokens, a program's session lives exactly as long as its token. */
async function openAdmittedSession(deps: LoginDeps, login: VerifiedLogin, lifetimeSeconds: number): Promise<Session> {
  const { account, subject } = login
  const opened = await deps.database.write(async (tx) => {
    const admission = await admitLogin(tx, login, LOGIN_CLIENT_ID)
    if (!admission.ok) return admission
    const session = await openSession(tx, {
      accountId: account.id,
      clientId: LOGIN_CLIENT_ID,
      network: subject.network,
      lifetime: lifetimeSeconds * 1000,
    })
    return { ok: true as const, session }
  })
  if (opened.ok) return opened.session
  throw toProblem(deps, opened)
}
