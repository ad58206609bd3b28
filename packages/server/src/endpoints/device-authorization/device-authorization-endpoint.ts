import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  DEVICE_CODE_LIFETIME_SECONDS,
  FIRST_INTERVAL_SECONDS,
  issueDeviceCode,
} from '../../domain/device-authorizations/issue-device-code.ts'
import { formatTypedCode } from '../../domain/one-time/typed-code.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { authenticateRequest, type ClientAuthenticationDeps } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'
import type { OauthErrorCode } from '../oauth-error-codes.ts'
import { resolveWanted } from '../resolve-wanted.ts'
import {
  type DeviceAuthorizationBody,
  deviceAuthorizationBodySchema,
  parseDeviceAuthorization,
} from './parse-request.ts'

export interface DeviceAuthorizationDeps extends ClientAuthenticationDeps {
  readonly urls: IssuerUrls
  readonly issuer: string
}

type DeviceRequest = FastifyRequest<{ Body: DeviceAuthorizationBody }>

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** Serves the device authorization endpoint: a device asks, and gets a code to poll with and one to show. */
export function deviceAuthorizationEndpoint(server: HttpServer, deps: DeviceAuthorizationDeps): void {
  answerOauthErrors(server)
  allowAnyOrigin(server, [deps.urls.deviceAuthorizationPath])
  const schema = { body: deviceAuthorizationBodySchema }
  server.post(deps.urls.deviceAuthorizationPath, { schema }, (request: DeviceRequest, reply) =>
    startAuthorization(deps, request, reply),
  )
}

async function startAuthorization(
  deps: DeviceAuthorizationDeps,
  request: DeviceRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const authenticated = await authenticateRequest(deps, request)
  if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
  const { client } = authenticated
  if (!client.grants.includes(DEVICE_GRANT)) return sendOauthError(reply, unauthorized)
  const wish = parseDeviceAuthorization(request.body)
  if (!wish) return sendOauthError(reply, twoTargets)
  const wanted = await resolveWanted(deps, client, wish)
  if (!wanted.ok) return sendOauthError(reply, toOauthError(wanted.error))
  const { api, scopes } = wanted
  const issued = await deps.database.write((tx) =>
    issueDeviceCode(tx, {
      clientId: client.id,
      audience: api.audience,
      scopes,
      network: parseNetwork(request.ip),
      userAgent: request.headers['user-agent'],
    }),
  )
  if (!issued.ok) return sendOauthError(reply, tooMany)
  const verificationUri = deps.urls.deviceVerificationUrl
  const userCode = formatTypedCode(issued.userCode)
  return reply.header('cache-control', 'no-store').send({
    device_code: issued.deviceCode,
    user_code: userCode,
    verification_uri: verificationUri,
    verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
    expires_in: DEVICE_CODE_LIFETIME_SECONDS,
    interval: FIRST_INTERVAL_SECONDS,
  })
}

const unauthorized: OauthError = {
  status: 400,
  error: 'unauthorized_client',
  description: `The client is not registered for the grant ${DEVICE_GRANT}.`,
}

const twoTargets: OauthError = {
  status: 400,
  error: 'invalid_request',
  description: 'resource and audience name two APIs.',
}

const tooMany: OauthError = {
  status: 429,
  error: 'temporarily_unavailable',
  description: 'Too many devices of this network wait for a person. Try again in a minute.',
  headers: { 'retry-after': '60' },
}

/** RFC 6749 §5.2: no quotes and no backslashes in a description. */
function toOauthError({
  error,
  description,
}: {
  readonly error: OauthErrorCode
  readonly description: string
}): OauthError {
  return { status: 400, error, description: description.replaceAll(/["\\]/g, "'") }
}
