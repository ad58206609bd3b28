import type { FastifyReply, FastifyRequest } from 'fastify'
import { PUSHED_LIFETIME_SECONDS, pushRequest } from '../../domain/authorizations/pushed-requests.ts'
import type { ClientDocuments, FoundClient } from '../../domain/client-documents/client-documents.ts'
import type { ProofVerifier } from '../../domain/dpop/proof-verifier.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { authenticateRequest, type ClientAuthenticationDeps } from '../client-authentication.ts'
import { readFrontChannelParameters } from '../front-channel-parameters.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { answerOauthErrors, sendOauthError } from '../oauth-error.ts'
import type { OauthErrorCode } from '../oauth-error-codes.ts'
import { readProof } from '../read-proof.ts'
import { chooseRedirectUri } from './address-client.ts'
import { type ParseDeps, parseAuthorization } from './parse-request.ts'

export interface PushedAuthorizationDeps extends ParseDeps, ClientAuthenticationDeps {
  readonly urls: IssuerUrls
  readonly proofs: ProofVerifier
  readonly clients: ClientDocuments
}

/** Takes authorization requests from clients themselves, so that what is asked for never travels through a browser: RFC 9126. */
export function pushedAuthorizationEndpoint(server: HttpServer, deps: PushedAuthorizationDeps): void {
  const path = deps.urls.pushedAuthorizationPath
  answerOauthErrors(server)
  allowAnyOrigin(server, [path])
  server.post(path, (request, reply) => takePushed(deps, request, reply))
}

async function takePushed(
  deps: PushedAuthorizationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { clients, database } = deps
  const parameters = readFrontChannelParameters(request)
  const { client_id: clientId, request_uri: requestUri } = parameters.values
  // A client that a document describes is known as soon as that has been read.
  const found = clientId === undefined ? undefined : await clients.find(clientId)
  if (found && !found.ok && found.reason !== 'unknown') return refuseDocument(reply, found)
  const proof = await readProof(deps.proofs, request, reply, deps.urls.pushedAuthorizationUrl)
  if (!proof.ok) return sendOauthError(reply, proof.error)
  const authenticated = await authenticateRequest(deps, request)
  if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
  const { client } = authenticated
  // RFC 9126 §2.1
  if (requestUri !== undefined) return refuse(reply, 'Push the parameters by themselves, without a request_uri.')
  const redirectUri = chooseRedirectUri(client, parameters)
  if (redirectUri === undefined) return refuse(reply, 'redirect_uri is not registered for the client.')
  const parsed = await parseAuthorization(deps, { client, redirectUri }, parameters)
  if (!parsed.ok) return refuse(reply, parsed.error.description, parsed.error.error)
  const { dpopJkt = proof.jkt } = parsed.request
  // RFC 9449 §10.1
  if ((proof.jkt ?? dpopJkt) !== dpopJkt)
    return refuse(reply, 'dpop_jkt names another key than the DPoP proof.', 'invalid_dpop_proof')
  const pushed = await database.write((tx) => pushRequest(tx, { ...parsed.request, dpopJkt }))
  return reply
    .status(201)
    .header('cache-control', 'no-store')
    .send({ request_uri: pushed, expires_in: PUSHED_LIFETIME_SECONDS })
}

/** RFC 9126 §2.3: as the token endpoint refuses, and with the errors of the authorization endpoint. */
function refuse(reply: FastifyReply, description: string, error: OauthErrorCode = 'invalid_request'): FastifyReply {
  return sendOauthError(reply, { status: 400, error, description })
}

/** As `/authorize` refuses such a client, in the form of this endpoint. */
function refuseDocument(reply: FastifyReply, refused: Exclude<FoundClient, { ok: true }>): FastifyReply {
  if (refused.reason === 'document_refused') {
    const description = `The document at the client_id does not describe a client that can be let in. ${refused.sentence}`
    return sendOauthError(reply, { status: 401, error: 'invalid_client', description })
  }
  const description = 'Too many documents of clients are being read at once. Try again.'
  const headers = { 'retry-after': '2' }
  return sendOauthError(reply, { status: 503, error: 'temporarily_unavailable', description, headers })
}
