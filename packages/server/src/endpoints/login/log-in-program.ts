import type { FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import {
  describeRefusedAccess,
  type RefusedAccess,
  type ResolvedAccess,
  resolveAccess,
} from '../../domain/apis/resolve-access.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { admitToApi } from '../../domain/clients/admit-to-api.ts'
import { authenticateClient } from '../../domain/clients/authenticate-client.ts'
import type { Client } from '../../domain/clients/client.ts'
import { isOperatorsClient } from '../../domain/clients/is-operators-client.ts'
import { admitLogin, type LoginAdmission } from '../../domain/login/admit-login.ts'
import type { LoginOutcome } from '../../domain/login/login-outcome.ts'
import type { VerifiedLogin } from '../../domain/login/verify-login.ts'
import { admitToOrganization } from '../../domain/memberships/acting-organization.ts'
import { momentForSession } from '../../domain/sessions/moment-for-session.ts'
import { openSession } from '../../domain/sessions/open-session.ts'
import { deriveCurrentToken } from '../../domain/sessions/refresh-token.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { Problem } from '../../platform/http/problem.ts'
import { issueSessionToken } from '../issue-session-token.ts'
import type { TokenAnswer } from '../token-answer.ts'
import { type RefusedLogin, verifyLoginAttempt } from '../verify-login-attempt.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import type { LoginRequest } from './parse-request.ts'
import { type ProvedLogin, proveSecondFactor } from './prove-second-factor.ts'

export type ProgramLogin =
  | {
      readonly ok: true
      readonly answer: TokenAnswer
      readonly refreshToken: string
      readonly session: Session
      readonly algorithm: string
    }
  | { readonly ok: false; readonly outcome: LoginOutcome; readonly problem: Problem }

/** Who sends the login. */
export interface Caller {
  readonly request: Pick<FastifyRequest, 'ip' | 'headers' | 'leaveGate'>
  /** Aborts when it has gone. */
  readonly signal: AbortSignal
}

/**
 * Logs a program in: a password for an access token of one API.
 *
 * Problems: 401 `invalid_credentials`, the same for an unknown account, a wrong password and a disabled account; 429
 * `too_many_attempts` and 503 `busy`, both with Retry-After; 403 `second_factor_required` and 401 `invalid_otp` after a right password; 400 `invalid_target` or `invalid_scope`, told only to who was admitted;
 * 400 `invalid_client`.
 */
export async function logInProgram(
  deps: LoginEndpointDeps,
  request: LoginRequest,
  caller: Caller,
): Promise<ProgramLogin> {
  const { clientId } = request
  const client = await authenticateClient(deps.database.read, { clientId, secret: undefined }, deps.clock.now())
  if (!client?.grants.includes('refresh_token')) return refuseClient()
  // This door knows no proofs, and an app that nobody here registered gets no passwords to see.
  if (client.isDpopRequired || !isOperatorsClient(client)) return refuseClient()
  const { username: login, password } = request
  const verified = await verifyLoginAttempt(deps, {
    login,
    password,
    address: caller.request.ip,
    signal: caller.signal,
    onRead: () => caller.request.leaveGate?.(),
  })
  if (!verified.ok) return refuse(verified)
  const refreshKey = await deps.refreshKeys.newest()
  const opened = await deps.database.write((tx) =>
    openAdmittedSession(tx, deps, verified.login, limitToClient(request, client), {
      ...{ caller, client },
      refreshKeyId: refreshKey.id,
    }),
  )
  if ('admission' in opened) return refuse(opened.admission)
  if ('unproved' in opened) return refuseFactor(deps, opened.unproved)
  if ('refusedAccess' in opened) return refuseTarget(opened.refusedAccess)
  if ('deleteAfter' in opened) return refuseLeaving()
  if ('isNoMember' in opened) return refuseOrganization()
  const { access, session } = opened
  const now = await momentForSession(deps.database.read, session)
  const answer = await issueSessionToken(deps.tokenIssuer, session, { ...access, now })
  const refreshToken = await deriveCurrentToken(deps.refreshKeys, session)
  return { ok: true, answer, refreshToken, session, algorithm: access.api.algorithm }
}

/** A client that is registered for scopes gets no others: those that it may have unless it asks for some of them. */
function limitToClient(request: LoginRequest, { scopes: registered }: Client): LoginRequest {
  if (registered.length === 0) return request
  return { ...request, scopes: request.scopes ?? registered, registeredScopes: registered }
}

type Opened =
  | { readonly admission: Exclude<LoginAdmission, { ok: true }> }
  | { readonly refusedAccess: RefusedAccess }
  | { readonly deleteAfter: EpochMilliseconds }
  | { readonly unproved: Exclude<ProvedLogin, { ok: true }> }
  | { readonly isNoMember: true }
  | { readonly access: Extract<ResolvedAccess, { ok: true }>; readonly session: Session }

/**
 * Admission comes first: until then not even a right password may learn anything, or a bad audience would tell it apart from a
 * wrong one past the throttle.
 */
async function openAdmittedSession(
  tx: Transaction,
  deps: LoginEndpointDeps,
  login: VerifiedLogin,
  request: LoginRequest,
  { caller, client, refreshKeyId }: { readonly caller: Caller; readonly client: Client; readonly refreshKeyId: string },
): Promise<Opened> {
  const { clientId } = request
  const admission = await admitLogin(tx, login, clientId)
  if (!admission.ok) return { admission }
  const who = { accountId: login.account.id, clientId, network: login.subject.network }
  const { deleteAfter } = await getAccount(tx.sql, who.accountId)
  if (deleteAfter !== undefined) return { deleteAfter }
  const access = admitToApi(client, withinRegistered(request, await resolveAccess(tx.sql, request)))
  const actor = `account:${who.accountId}` as const
  const refusal = { ...who, act: 'token.refused', actor, outcome: 'refused' } as const
  if (!access.ok) {
    const detail = { reason: access.reason, audience: request.audience ?? null }
    await recordAuditEvent(tx, { ...refusal, detail })
    return { refusedAccess: access }
  }
  const { organization } = request
  const acting = organization === undefined ? undefined : await admitToOrganization(tx, who.accountId, organization)
  if (organization !== undefined && !acting) {
    await recordAuditEvent(tx, { ...refusal, detail: { reason: 'no_member', organization } })
    return { isNoMember: true }
  }
  const { api, scopes } = access
  const proof = { accountId: who.accountId, otp: request.otp, wanted: { client, api }, request: caller.request }
  const proved = await proveSecondFactor(tx, deps, proof)
  if (!proved.ok) return { unproved: proved }
  const userAgent = caller.request.headers['user-agent']
  const grant = {
    refreshKeyId,
    limits: client.sessionLimits,
    audience: api.audience,
    scopes,
    organizationId: acting?.id,
  }
  return { access, session: await openSession(tx, { ...who, userAgent, methods: proved.methods }, grant) }
}

/** Whether there is such an organization is not said. */
function refuseOrganization(): ProgramLogin {
  const detail = 'The account does not belong to an organization of that id or slug, or it is disabled.'
  const problem = new Problem({ status: 400, code: 'invalid_organization', detail })
  return { ok: false, outcome: 'invalid_target', problem }
}

function withinRegistered({ registeredScopes }: LoginRequest, access: ResolvedAccess): ResolvedAccess {
  if (!access.ok || registeredScopes === undefined) return access
  const unknown = access.scopes.filter((scope) => !registeredScopes.includes(scope))
  return unknown.length === 0 ? access : { ok: false, reason: 'unknown_scope', unknown, registered: registeredScopes }
}

/** The id of a client is no secret, so whoever asks may know that there is none. */
function refuseClient(): ProgramLogin {
  const detail =
    'No public client with the grant refresh_token, and without bound tokens, has that client_id. Register one with `ostiary client create`.'
  return { ok: false, outcome: 'refused', problem: new Problem({ status: 400, code: 'invalid_client', detail }) }
}

/** Only its person keeps it, in a browser, where they are asked. Who has proved the password may know. */
function refuseLeaving(): ProgramLogin {
  const detail = 'This account is to be deleted. Sign in with a browser to keep it.'
  return { ok: false, outcome: 'refused', problem: new Problem({ status: 403, code: 'deletion_pending', detail }) }
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

/** Who has proved a password may know what else the account asks for. */
function refuseFactor({ urls }: LoginEndpointDeps, unproved: Exclude<ProvedLogin, { ok: true }>): ProgramLogin {
  if (unproved.reason === 'throttled') return refuse(unproved)
  const outcome = unproved.reason
  if (outcome === 'factor_refused') {
    const detail = "That code isn't right: it has expired, was used, or is another account's."
    const headers = { 'www-authenticate': 'FormLogin' }
    return { ok: false, outcome, problem: new Problem({ status: 401, code: 'invalid_otp', detail, headers }) }
  }
  const { factors } = unproved
  const detail =
    factors.length === 0
      ? `A second factor is required here, and the account has none that can be sent. Set one up at ${urls.origin}${urls.accountSecurityPath}.`
      : 'Send a code of the second factor in `otp`, beside the password.'
  const problem = new Problem({ status: 403, code: 'second_factor_required', detail, members: { factors } })
  return { ok: false, outcome, problem }
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
