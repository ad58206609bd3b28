import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { admitPasskey, type PasskeyAdmission } from '../../domain/login/admit-passkey.ts'
import { type VerifiedPasskey, verifyPasskey } from '../../domain/login/verify-passkey.ts'
import type { RelyingParty } from '../../domain/passkeys/relying-party.ts'
import { findBrowserHash } from '../browser-binding.ts'
import { describeDoer } from '../describe-doer.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { noticeDeps } from '../notice-deps.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { findPendingAuthorization } from '../pending-authorization.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import type { PasskeyBody } from './parse-request.ts'
import { showLoginPage } from './show-login-page.ts'

type PasskeyPost = FastifyRequest<{ Body: PasskeyBody }>

/** Logs a browser in by a passkey alone: a cookie and 303 to where it came from, or the login page with one sentence. */
export async function logInPasskey(
  deps: LoginEndpointDeps,
  request: PasskeyPost,
  reply: FastifyReply,
  relyingParty: RelyingParty,
): Promise<FastifyReply> {
  const browserHash = findBrowserHash(deps.urls, request)
  const scope = browserHash === undefined ? undefined : ({ ceremony: 'log_in', boundTo: browserHash } as const)
  const attempt = { relyingParty, scope, credential: request.body.credential, address: request.ip }
  const verification = await verifyPasskey(deps, attempt)
  if (!verification.ok) return showRefused(deps, request, reply, verification)
  const opened = await admitAndFinish(deps, verification.verified, request)
  if (!opened.ok) return showRefused(deps, request, reply, opened)
  deps.countLogin('succeeded')
  const { setCookies, location } = opened.step
  return reply.header('set-cookie', setCookies).header('cache-control', 'no-store').redirect(location, 303)
}

async function admitAndFinish(
  deps: LoginEndpointDeps,
  verified: VerifiedPasskey,
  request: PasskeyPost,
): Promise<{ readonly ok: true; readonly step: FinishedStep } | Exclude<PasskeyAdmission, { ok: true }>> {
  const { database, urls } = deps
  const told = { clientId: LOGIN_CLIENT_ID, doer: describeDoer(request) }
  return database.write(async (tx) => {
    const admission = await admitPasskey(tx, noticeDeps(deps), verified, told)
    if (!admission.ok) return admission
    const { accountId, methods } = admission
    const who = { accountId, network: verified.subject.network, methods }
    const returnTo = parseReturnTo(request.body.return_to, urls.origin)
    return { ok: true, step: await finishLoginStep(tx, deps, request, { who, returnTo }) }
  })
}

async function showRefused(
  deps: LoginEndpointDeps,
  request: PasskeyPost,
  reply: FastifyReply,
  refused: Exclude<PasskeyAdmission, { ok: true }>,
): Promise<FastifyReply> {
  deps.countLogin(refused.reason)
  const returnTo = parseReturnTo(request.body.return_to, deps.urls.origin)
  const waiting = await findPendingAuthorization(deps.database.read, deps.urls, returnTo, deps.clock.now())
  if (refused.reason === 'refused')
    return showLoginPage(deps, request, reply.status(401), { problem: 'passkey_refused', returnTo, waiting })
  const { retryAfterSeconds } = refused
  const shown = { problem: 'throttled', retryAfterSeconds, returnTo, waiting } as const
  return showLoginPage(deps, request, reply.status(429).header('retry-after', retryAfterSeconds), shown)
}
