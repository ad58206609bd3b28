import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { issueAuthorizationCode } from '../../domain/authorizations/authorization-code.ts'
import type { PendingRequest } from '../../domain/authorizations/authorization-request.ts'
import { answerRequest } from '../../domain/authorizations/pending-requests.ts'
import { keepClient } from '../../domain/clients/keep-client.ts'
import { recordConsent } from '../../domain/consents/consents.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { Problem } from '../../platform/http/problem.ts'
import { lockBrowserSession } from '../browser-session.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { resumeUrl } from '../pending-authorization.ts'
import { answerClient } from './answer-client.ts'

export interface DecisionDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly theme: Theme
}

export interface GrantDecision {
  readonly pending: PendingRequest
  readonly session: Session
  /** That the client is to act for; undefined: for the person alone. */
  readonly organizationId: string | undefined
  readonly isDecided: boolean
}

/** Answers a request with a code, once. Where the session in which it was decided has ended meanwhile, it is asked for anew. */
export async function grantRequest(
  deps: DecisionDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  decision: GrantDecision,
): Promise<FastifyReply> {
  const { pending, session, organizationId, isDecided } = decision
  const { clientId, redirectUri, codeChallenge, audience, scopes, nonce, dpopJkt } = pending.request
  const { accountId, authenticatedAt, methods } = session
  const network = parseNetwork(request.ip)
  const code = await deps.database.write(async (tx) => {
    // What was decided is remembered, and outlives the session; a code alone is asked for its session when it is redeemed.
    if (isDecided && (await lockBrowserSession(tx, deps.urls, request))?.id !== session.id) return undefined
    await close(tx, pending)
    await keepClient(tx, clientId)
    if (isDecided) await recordConsent(tx, { accountId, clientId, audience, organizationId }, scopes)
    const actor = `account:${accountId}` as const
    const detail = { audience, organization: organizationId ?? null, scopes: [...scopes] }
    await recordAuditEvent(tx, {
      act: 'authorization.granted',
      actor,
      outcome: 'done',
      accountId,
      clientId,
      network,
      detail,
    })
    return issueAuthorizationCode(tx, {
      ...{
        clientId,
        redirectUri,
        codeChallenge,
        audience,
        scopes,
        nonce,
        dpopJkt,
        accountId,
        organizationId,
        authenticatedAt,
        methods,
        network,
      },
      browserSessionId: session.id,
      userAgent: request.headers['user-agent'],
    })
  })
  if (code === undefined) return reply.header('cache-control', 'no-store').redirect(resumeUrl(deps.urls, pending), 303)
  return answerClient(reply, deps, pending.request, { code })
}

/** The person does not agree: RFC 6749 §4.1.2.1. */
export async function denyRequest(
  deps: DecisionDeps,
  reply: FastifyReply,
  { pending, session: { accountId } }: { readonly pending: PendingRequest; readonly session: Session },
): Promise<FastifyReply> {
  await deps.database.write(async (tx) => {
    await close(tx, pending)
    const { clientId } = pending.request
    const actor = `account:${accountId}` as const
    await recordAuditEvent(tx, { act: 'authorization.denied', actor, outcome: 'refused', accountId, clientId })
  })
  const description = 'The person did not agree.'
  return answerClient(reply, deps, pending.request, { error: 'access_denied', error_description: description })
}

/** @throws Problem 400 `request_answered` */
async function close(tx: Transaction, { id }: PendingRequest): Promise<void> {
  if (!(await answerRequest(tx, id))) throw answeredBefore()
}

export function answeredBefore(): Problem {
  const detail = 'This sign-in was completed already, perhaps in another tab. Go back to the app.'
  return new Problem({ status: 400, code: 'request_answered', detail })
}
