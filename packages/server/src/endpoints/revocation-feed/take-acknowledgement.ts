import type { FastifyReply, FastifyRequest } from 'fastify'
import { acknowledge } from '../../domain/revocations/acknowledge.ts'
import { authenticateConfidentialRequest } from '../client-authentication.ts'
import { sendOauthError } from '../oauth-error.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import type { AcknowledgementBody } from './parse-request.ts'

/** Takes from a guard what it has applied. */
export async function takeAcknowledgement(
  { database }: RevocationFeedDeps,
  request: FastifyRequest<{ Body: AcknowledgementBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const authenticated = await authenticateConfidentialRequest(database.read, request)
  if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
  const { guard: name, seq: sequence } = request.body
  await database.write((tx) => acknowledge(tx, { clientId: authenticated.client.id, name, sequence }))
  return reply.header('cache-control', 'no-store').status(204).send()
}
