import type { FastifyReply, FastifyRequest } from 'fastify'
import { acknowledge } from '../../domain/revocations/acknowledge.ts'
import { authenticateConfidentialRequest } from '../client-authentication.ts'
import { type OauthError, sendOauthError } from '../oauth-error.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { standsForApi } from './identify-reader.ts'
import type { AcknowledgementBody } from './parse-request.ts'

/** Else any client could have itself waited for, or confirm what no API has heard of. */
const noApi: OauthError = {
  status: 403,
  error: 'insufficient_scope',
  description: 'A guard confirms as a client with the scope introspect:<audience> of its API.',
}

/** What the guard remembers of the audit log, once it was held against the tree; what this server has not signed is nobody's memory. */
async function keepOwnCheckpoint(
  { auditTree }: RevocationFeedDeps,
  { guard, checkpoint }: AcknowledgementBody,
): Promise<string | undefined> {
  if (checkpoint === undefined || !auditTree.hasSigned(checkpoint)) return undefined
  await auditTree.examine(checkpoint, guard)
  return checkpoint
}

/** Takes from a guard what it has applied. */
export async function takeAcknowledgement(
  deps: RevocationFeedDeps,
  request: FastifyRequest<{ Body: AcknowledgementBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const authenticated = await authenticateConfidentialRequest(deps, request)
  if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
  const { client } = authenticated
  if (!standsForApi(client)) return sendOauthError(reply, noApi)
  const { guard: name, seq: sequence, evidence } = request.body
  if (evidence !== undefined) await deps.auditTree.examine(evidence, name)
  const checkpoint = await keepOwnCheckpoint(deps, request.body)
  await deps.database.write((tx) => acknowledge(tx, { clientId: client.id, name, sequence, checkpoint }))
  return reply.header('cache-control', 'no-store').status(204).send()
}
