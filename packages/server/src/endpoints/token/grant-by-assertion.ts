import type { FastifyRequest } from 'fastify'
import { readAssertion } from '../../domain/assertions/read-assertion.ts'
import { useAssertion } from '../../domain/assertions/use-assertion.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { JWT_BEARER_GRANT } from '../../domain/clients/parse-client.ts'
import { type VerifiedGrant, verifyGrantAssertion } from '../../domain/trusted-issuers/verify-grant-assertion.ts'
import { authenticateCredentials, presentsClient, readCredentials } from '../client-authentication.ts'
import { type OauthError, refuseRequest } from '../oauth-error.ts'
import { findMissingProof } from '../read-proof.ts'
import { grantClientCredentials } from './grant-client-credentials.ts'
import type { AssertionRequest } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

/**
 * Gives a client a token for itself on the word of a trusted issuer: RFC 7523 §2.1. It ends no later than the assertion, and there is no
 * refresh token: the issuer is asked again.
 */
export async function grantByAssertion(
  deps: TokenEndpointDeps,
  request: FastifyRequest,
  { assertion, ...wanted }: AssertionRequest,
  jkt: string | undefined,
): Promise<GrantedTokens> {
  const { database, assertions } = deps
  const named = await identifyClient(deps, request)
  if (!named.ok) return named
  const read = readAssertion(assertion)
  if (!read) return refuse('malformed')
  const outcome = await verifyGrantAssertion(assertions, read)
  if (!outcome.ok) return refuse(outcome.reason)
  const { clientId } = outcome.grant
  if ((named.clientId ?? clientId) !== clientId) return refuse('another_client')
  const client = await findClient(database.read, clientId)
  if (!client?.grants.includes(JWT_BEARER_GRANT)) return refuse('missing_grant')
  const missing = findMissingProof(client, jkt)
  if (missing) return { ok: false, error: missing }
  if (!(await useGrant(deps, outcome.grant))) return refuse('used_before')
  return grantClientCredentials(deps, client, { ...wanted, endsBy: outcome.grant.assertion.expiresAt }, jkt)
}

type NamedClient =
  | { readonly ok: true; readonly clientId: string | undefined }
  | { readonly ok: false; readonly error: OauthError }

/** RFC 7521 §4.1: no client needs to say who it is; one that does is the one that the assertion stands for. */
async function identifyClient(deps: TokenEndpointDeps, request: FastifyRequest): Promise<NamedClient> {
  if (!presentsClient(request)) return { ok: true, clientId: undefined }
  const read = readCredentials(request)
  if (!read.ok) return read
  const { clientId, secret } = read.credentials
  if (secret === undefined && read.assertion === undefined) return { ok: true, clientId }
  const authenticated = await authenticateCredentials(deps, read)
  return authenticated.ok ? { ok: true, clientId } : authenticated
}

async function useGrant({ database }: TokenEndpointDeps, { clientId, assertion }: VerifiedGrant): Promise<boolean> {
  return database.write(async (tx) => {
    if (!(await useAssertion(tx, assertion))) return false
    const { signer: issuer, subject, jti } = assertion
    const actor = `client:${clientId}` as const
    const detail = { issuer, subject, jti }
    await recordAuditEvent(tx, { act: 'assertion.used', actor, outcome: 'done', clientId, detail })
    return true
  })
}

/** RFC 7521 §4.1.1: one answer for all that can be wrong with an assertion. */
function refuse(reason: string): GrantedTokens {
  return refuseRequest(
    'invalid_grant',
    'The assertion is not one that this server takes: it is unknown, over, used, or for somebody else.',
    reason,
  )
}
