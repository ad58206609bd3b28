import type { FastifyReply, FastifyRequest } from 'fastify'
import { advanceKeysInUse } from '../../domain/clients/advance-keys-in-use.ts'
import { type CreatedClient, createClient } from '../../domain/clients/create-client.ts'
import { limitStrangers } from '../../domain/clients/limit-strangers.ts'
import type { KeyDeps } from '../../domain/keys/advance-signing-keys.ts'
import { type RegistrationToken, usualPolicy } from '../../domain/registrations/registration-token.ts'
import { findRegistrationToken, useRegistrationToken } from '../../domain/registrations/registration-tokens.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'
import {
  type ClientMetadata,
  clientMetadataSchema,
  type ParsedRegistration,
  parseRegistration,
} from './parse-request.ts'
import { renderRegistration } from './render-registration.ts'

export interface RegistrationDeps extends KeyDeps {
  readonly urls: IssuerUrls
  /** Whether only whoever holds an initial access token may register. */
  readonly needsToken: boolean
}

/** Lets a client register itself. @see RFC 7591 §3 */
export function registrationEndpoint(server: HttpServer, deps: RegistrationDeps): void {
  answerOauthErrors(server, 'invalid_client_metadata')
  const path = deps.urls.registrationPath
  allowAnyOrigin(server, [path])
  server.post<{ Body: ClientMetadata }>(path, { schema: { body: clientMetadataSchema } }, (request, reply) =>
    register(deps, request, reply),
  )
}

async function register(
  deps: RegistrationDeps,
  request: FastifyRequest<{ Body: ClientMetadata }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const network = parseNetwork(request.ip)
  const admission = await admit(deps, request.headers.authorization, network)
  if (!admission.ok) return sendOauthError(reply, admission.error)
  const parsed = parseRegistration(request.body, admission.token?.policy ?? usualPolicy)
  if (!parsed.ok) return sendOauthError(reply, { status: 400, ...parsed.error })
  const created = await store(deps, parsed, admission.token, network)
  if (created === undefined) return sendOauthError(reply, invalidToken)
  // Its ID tokens may want an algorithm that nobody had used.
  await advanceKeysInUse(deps)
  return reply.status(201).header('cache-control', 'no-store').send(renderRegistration(created, parsed))
}

type Admission =
  | { readonly ok: true; readonly token: RegistrationToken | undefined }
  | { readonly ok: false; readonly error: OauthError }

/** Whether somebody may register at all: with a token by what it says, without one where anybody may. */
async function admit(
  { database, clock, needsToken }: RegistrationDeps,
  authorization: string | undefined,
  network: string,
): Promise<Admission> {
  if (authorization !== undefined) {
    const [, secret = ''] = /^Bearer +([\w-]+) *$/i.exec(authorization) ?? []
    const token = await findRegistrationToken(database.read, secret, clock.now())
    return token ? { ok: true, token } : { ok: false, error: invalidToken }
  }
  if (needsToken) return { ok: false, error: missingToken }
  const verdict = await limitStrangers(database.read, clock.now(), `network:${network}`)
  return verdict.ok ? { ok: true, token: undefined } : { ok: false, error: tooMany(verdict.retryAfterSeconds) }
}

async function store(
  { database }: RegistrationDeps,
  { client }: Extract<ParsedRegistration, { ok: true }>,
  token: RegistrationToken | undefined,
  network: string,
): Promise<CreatedClient | undefined> {
  return database.write(async (tx) => {
    if (token === undefined) {
      return createClient(tx, client, 'anonymous', { registeredBy: `network:${network}`, network })
    }
    const isUsed = await useRegistrationToken(tx, token.id)
    if (!isUsed) return undefined
    return createClient(tx, client, 'anonymous', { registeredBy: `token:${token.id}`, network })
  })
}

/** RFC 6750 §3.1: without credentials there is no error code in the challenge. */
const missingToken: OauthError = {
  status: 401,
  error: 'invalid_token',
  description: 'Registering needs an initial access token: send it as Authorization: Bearer.',
  headers: { 'www-authenticate': 'Bearer' },
}

const invalidToken: OauthError = {
  status: 401,
  error: 'invalid_token',
  description: 'The initial access token is unknown, used up, expired or revoked.',
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
}

function tooMany(retryAfterSeconds: number): OauthError {
  return {
    status: 429,
    error: 'temporarily_unavailable',
    description: 'Too many clients were registered of late. Try again later.',
    headers: { 'retry-after': String(retryAfterSeconds) },
  }
}
