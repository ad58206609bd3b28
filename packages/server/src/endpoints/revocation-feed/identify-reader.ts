import type { FastifyRequest } from 'fastify'
import type { Client } from '../../domain/clients/client.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { authenticateConfidentialRequest, type ClientAuthenticationDeps } from '../client-authentication.ts'
import type { FeedReader } from './feed-streams.ts'

/** Who reads the feed. Anybody may; credentials that are wrong make a stranger, as none do. */
export async function identifyReader(deps: ClientAuthenticationDeps, request: FastifyRequest): Promise<FeedReader> {
  const network = parseNetwork(request.ip)
  if (request.headers.authorization === undefined) return { network, clientId: undefined }
  const authenticated = await authenticateConfidentialRequest(deps, request)
  const isGuard = authenticated.ok && standsForApi(authenticated.client)
  return { network, clientId: isGuard ? authenticated.client.id : undefined }
}

/** Whether a client is the guard of some API. */
export function standsForApi({ scopes }: Client): boolean {
  return scopes.some((scope) => scope.startsWith('introspect:'))
}
